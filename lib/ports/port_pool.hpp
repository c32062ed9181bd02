// SPDX-License-Identifier: BSD-3-Clause
// The free ports of one public pool: for every block, the addresses on which just this block is
// free, and no larger one around it.
#pragma once

#include "base/addresses.hpp"
#include "ports/allocator.hpp"
#include "ports/block.hpp"
#include "ports/index_sets.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace portico::ports {

class PortPool {
 public:
  explicit PortPool(const PoolSetup& setup);

  [[nodiscard]] bool contains(Ipv4 address) const noexcept { return addresses_.contains(address); }
  [[nodiscard]] Order granule() const noexcept { return granule_; }
  /// The orders of the free blocks at and below `block`. A block smaller than a granule has none.
  [[nodiscard]] Orders orders(Block block) const noexcept { return orders_[block]; }
  /// Is just this block free on some address?
  [[nodiscard]] bool is_free_somewhere(Block block) const noexcept {
    return !free_.is_empty(block);
  }
  [[nodiscard]] bool is_free(Ipv4 address, Block block) const noexcept {
    return free_around(address, block).has_value();
  }

  /// The smallest free block that a range of `order` can be cut out of.
  [[nodiscard]] std::optional<Block> find(Order order, std::mt19937_64& random) const noexcept;
  /// A free block of `order` at or below `block`, whose orders() has that one.
  [[nodiscard]] Block descend(Block block, Order order, std::mt19937_64& random) const noexcept;
  /// An address on which just this block is free; there must be one.
  [[nodiscard]] Ipv4 address_with(Block block, std::mt19937_64& random) const noexcept;

  /// `block` must be free there, alone or as part of a larger one.
  void take(Ipv4 address, Block block) noexcept;
  /// Gives back what was taken.
  void free(Ipv4 address, Block block) noexcept;

  [[nodiscard]] PoolCounts counts() const noexcept;
  [[nodiscard]] std::uint64_t room(Order order) const noexcept;
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  [[nodiscard]] std::size_t column(Ipv4 address) const noexcept {
    return address.bits - addresses_.base.bits;
  }
  [[nodiscard]] std::optional<Block> free_around(Ipv4 address, Block block) const noexcept;
  void add(Ipv4 address, Block block) noexcept;
  void remove(Ipv4 address, Block block) noexcept;
  void sum_up(Block block) noexcept;
  void sum_up_from(Block block) noexcept;
  [[nodiscard]] bool is_reserved(Block block) const noexcept;

  Prefix addresses_;
  Order granule_;
  std::vector<PortSpan> reserved_;
  IndexSets free_;                                          // a row a block, a column an address
  std::vector<Orders> orders_;                              // of each block
  std::array<std::uint64_t, kMaxOrder + 1> blocks_free_{};  // by order
  std::uint64_t ports_used_ = 0;
  std::uint64_t ranges_used_ = 0;
};

}  // namespace portico::ports
