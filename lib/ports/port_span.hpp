// SPDX-License-Identifier: BSD-3-Clause
// Ports that no range may touch (P5), and what room they leave.
#pragma once

#include "base/port_range.hpp"

#include <cstdint>
#include <span>

namespace portico::ports {

inline constexpr std::uint32_t kPorts = 65536;

/// Any run of ports, both ends included; first <= last.
struct PortSpan {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  friend constexpr bool operator==(PortSpan, PortSpan) = default;
};

/// Is one of the ports of `range` a system port (0-1023) or in one of the spans?
[[nodiscard]] bool touches_reserved(PortRange range, std::span<const PortSpan> reserved) noexcept;

/// How many ranges of `size` (a power of two up to kMaxRangeSize) one address has room for.
[[nodiscard]] std::uint32_t ranges_per_address(std::uint32_t size,
                                               std::span<const PortSpan> reserved) noexcept;

/// Is there room for at least one? False for an impossible size as well.
[[nodiscard]] bool fits(std::uint32_t size, std::span<const PortSpan> reserved) noexcept;

}  // namespace portico::ports
