// SPDX-License-Identifier: BSD-3-Clause
#include "ports/address_pool.hpp"

#include "base/expects.hpp"

namespace portico::ports {
namespace {

constexpr std::size_t kMostAddresses = std::size_t{1} << 24;

std::size_t addresses_between(Ipv4 first, Ipv4 last) noexcept {
  expects(first <= last, "a private pool that ends before it begins");
  const std::size_t count = std::size_t{last.bits} - first.bits + 1;
  expects(count <= kMostAddresses, "a private pool of more than 2^24 addresses");
  return count;
}

}  // namespace

AddressPool::AddressPool(Ipv4 first, Ipv4 last, std::span<const Ipv4> excluded)
    : first_(first),
      last_(last),
      free_(1, addresses_between(first, last)),
      excluded_(1, addresses_between(first, last)) {
  for (const Ipv4 address : excluded)
    if (contains(address) && !excluded_.contains(0, index_of(address)))
      excluded_.insert(0, index_of(address));
  for (std::size_t i = 0; i < addresses_between(first, last); ++i) {
    if (excluded_.contains(0, i)) continue;
    free_.insert(0, i);
    ++free_count_;
  }
}

std::optional<Ipv4> AddressPool::take() noexcept {
  const auto index = free_.next(0, next_);
  if (!index) return std::nullopt;
  const Ipv4 address{first_.bits + static_cast<std::uint32_t>(*index)};
  next_ = address == last_ ? 0 : *index + 1;
  expects(take_exact(address), "what was found free is free");
  return address;
}

bool AddressPool::take_exact(Ipv4 address) noexcept {
  if (!is_free(address)) return false;
  free_.erase(0, index_of(address));
  --free_count_;
  ++used_count_;
  return true;
}

void AddressPool::free(Ipv4 address) noexcept {
  expects(contains(address) && !is_free(address) && !excluded_.contains(0, index_of(address)),
          "freed, but not taken");
  free_.insert(0, index_of(address));
  ++free_count_;
  --used_count_;
}

bool AddressPool::is_free(Ipv4 address) const noexcept {
  return contains(address) && free_.contains(0, index_of(address));
}

}  // namespace portico::ports
