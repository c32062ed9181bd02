// SPDX-License-Identifier: BSD-3-Clause
// Whether an address is elsewhere: a host somewhere in the network, with nothing special about it.
// One bit for each 65536 addresses answers for nearly all of them.
#pragma once

#include "base/addresses.hpp"
#include "datapath/link.hpp"
#include "nappt/bindings.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace portico::datapath {

/// Nobody's address: this network, loopback, groups, reserved (RFC 1812 section 5.3.7, RFC 6890).
[[nodiscard]] constexpr bool is_martian(Ipv4 a) noexcept {
  const auto first_octet = a.bits >> 24;
  return first_octet == 0 || first_octet == 127 || first_octet >= 224;
}

class Surroundings {
 public:
  Surroundings(const Links& links, const nappt::Shape& shape);

  /// True if a packet may come from there by the WAN and may go there: no martian, not ours, not a
  /// phone's, neither on the LAN nor a broadcast of the WAN.
  [[nodiscard]] bool is_elsewhere(Ipv4 a) const noexcept {
    const bool is_far = (near_[a.bits >> 22] >> (a.bits >> 16 & 63) & 1) == 0;
    return is_far || is_exactly_elsewhere(a);
  }

 private:
  void add_inside(Prefix addresses);
  void look_closer_at(Prefix near) noexcept;
  [[nodiscard]] bool is_exactly_elsewhere(Ipv4 a) const noexcept;

  std::array<std::uint64_t, 1024> near_{};  // a bit is 0: all of its addresses are elsewhere
  std::vector<AddressBlock> inside_;        // the LAN, the pools, static phones
  Ipv4 wan_address_;
  Prefix wan_network_;
};

}  // namespace portico::datapath
