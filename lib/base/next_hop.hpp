// SPDX-License-Identifier: BSD-3-Clause
// A next hop as the workers see it: a place in a table, and what to write into the Ethernet header.
#pragma once

#include "base/addresses.hpp"

#include <cstddef>
#include <cstdint>

namespace portico {

/// Place in every worker's next-hop table. Control gives them out; 0 is never used.
using HopIndex = std::uint32_t;
inline constexpr HopIndex kNoHop = 0;

/// The side of the gateway: towards the phones, or towards the network.
enum class Side : std::uint8_t { Lan = 0, Wan = 1 };
inline constexpr std::size_t kSides = 2;

/// Aligned so that none lies across two cache lines.
struct alignas(16) NextHop {
  Ipv4 address;
  Mac mac{};  ///< meaningless unless resolved
  Side side = Side::Wan;
  bool resolved = false;  ///< false: what is for it is punted, so that control asks by ARP
  friend bool operator==(const NextHop&, const NextHop&) = default;
};

}  // namespace portico
