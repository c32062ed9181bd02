// SPDX-License-Identifier: BSD-3-Clause
#include "ports/port_span.hpp"

#include <algorithm>
#include <bit>

namespace portico::ports {

bool touches_reserved(PortRange range, std::span<const PortSpan> reserved) noexcept {
  if (range.first < kFirstUsablePort) return true;
  return std::ranges::any_of(reserved, [range](PortSpan span) {
    return range.first <= span.last && span.first <= range.last();
  });
}

std::uint32_t ranges_per_address(std::uint32_t size, std::span<const PortSpan> reserved) noexcept {
  if (!std::has_single_bit(size) || size > kMaxRangeSize) return 0;
  std::uint32_t ranges = 0;
  for (std::uint32_t first = 0; first < kPorts; first += size) {
    const PortRange range{static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(size)};
    if (!touches_reserved(range, reserved)) ++ranges;
  }
  return ranges;
}

bool fits(std::uint32_t size, std::span<const PortSpan> reserved) noexcept {
  return ranges_per_address(size, reserved) > 0;
}

}  // namespace portico::ports
