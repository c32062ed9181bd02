// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/surroundings.hpp"

#include <algorithm>

namespace portico::datapath {

Surroundings::Surroundings(const Links& links, const nappt::Shape& shape)
    : wan_address_(links[1].address()), wan_network_(links[1].network()) {
  for (std::uint32_t octet = 0; octet < 256; ++octet)
    if (const Ipv4 first{octet << 24}; is_martian(first)) look_closer_at({first, 8});
  look_closer_at(wan_network_);
  add_inside(links[0].network());
  for (const auto& pool : shape.private_pools) add_inside(pool);
  for (const auto& pool : shape.public_pools) add_inside(pool.addresses);
  for (const auto stray : shape.strays) add_inside({stray, 32});
}

void Surroundings::add_inside(Prefix addresses) {
  inside_.emplace_back(addresses);
  look_closer_at(addresses);
}

void Surroundings::look_closer_at(Prefix near) noexcept {
  const auto last = near.last().bits >> 16;
  for (auto block = near.first().bits >> 16; block <= last; ++block)
    near_[block / 64] |= std::uint64_t{1} << block % 64;
}

bool Surroundings::is_exactly_elsewhere(Ipv4 a) const noexcept {
  if (is_martian(a) || a == wan_address_) return false;
  if (a == wan_network_.first() || a == wan_network_.last()) return false;
  return std::ranges::none_of(inside_, [a](const AddressBlock& b) { return b.contains(a); });
}

}  // namespace portico::datapath
