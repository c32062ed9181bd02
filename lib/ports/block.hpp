// SPDX-License-Identifier: BSD-3-Clause
// The ports of an address as a binary tree: block 1 is all 65536 of them, block n halves into 2n
// and 2n + 1. Every range a phone may get is a block.
#pragma once

#include "base/port_range.hpp"

#include <bit>
#include <cstdint>

namespace portico::ports {

using Block = std::uint32_t;
/// Two to the power of its order is a block's number of ports.
using Order = std::uint32_t;
/// One bit an order.
using Orders = std::uint16_t;

inline constexpr Block kWhole = 1;
inline constexpr Order kWholeOrder = 16;
inline constexpr Order kMaxOrder = 14;  ///< of a range
static_assert(kMaxRangeSize == 1u << kMaxOrder);

[[nodiscard]] constexpr Order order_of(Block block) noexcept {
  return kWholeOrder + 1 - static_cast<Order>(std::bit_width(block));
}
[[nodiscard]] constexpr Order order_of_size(std::uint32_t size) noexcept {
  return static_cast<Order>(std::countr_zero(size));
}
[[nodiscard]] constexpr Orders bit(Order order) noexcept {
  return static_cast<Orders>(1u << order);
}
[[nodiscard]] constexpr Block block_of(PortRange range) noexcept {
  const Order order = order_of_size(range.size);
  return (1u << (kWholeOrder - order)) + (range.first >> order);
}
[[nodiscard]] constexpr PortRange range_of(Block block) noexcept {
  const auto size = static_cast<std::uint16_t>(1u << order_of(block));
  return {static_cast<std::uint16_t>(block * size),
          size};  // modulo 2^16: the leading bit falls off
}
[[nodiscard]] constexpr Block parent(Block block) noexcept { return block >> 1; }
[[nodiscard]] constexpr Block left(Block block) noexcept { return block << 1; }
[[nodiscard]] constexpr Block right(Block block) noexcept { return block << 1 | 1; }
[[nodiscard]] constexpr Block buddy(Block block) noexcept { return block ^ 1; }
/// The block of `order` around `block`, which is no larger.
[[nodiscard]] constexpr Block ancestor(Block block, Order order) noexcept {
  return block >> (order - order_of(block));
}

static_assert(range_of(block_of({24000, 64})) == PortRange{24000, 64});
static_assert(range_of(block_of({65535, 1})) == PortRange{65535, 1});
static_assert(order_of(block_of({49152, 16384})) == kMaxOrder);
static_assert(ancestor(block_of({24010, 1}), 6) == block_of({24000, 64}));

}  // namespace portico::ports
