// SPDX-License-Identifier: BSD-3-Clause
// Some ports of an address of the provider's, or all of them: what lies behind one gateway.
#pragma once

#include "base/addresses.hpp"

#include <compare>
#include <cstdint>

namespace portico {

struct PortBlock {
  Ipv4 address;
  std::uint16_t first = 0;
  std::uint16_t last = 65535;

  [[nodiscard]] constexpr bool contains(Ipv4 a, std::uint16_t port) const noexcept {
    return a == address && first <= port && port <= last;
  }
  friend constexpr auto operator<=>(const PortBlock&, const PortBlock&) = default;
};

}  // namespace portico
