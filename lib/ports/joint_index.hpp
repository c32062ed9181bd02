// SPDX-License-Identifier: BSD-3-Clause
// Where two pools have a block free at once, each on an address of its own.
#pragma once

#include "ports/block.hpp"
#include "ports/port_pool.hpp"

#include <cstddef>
#include <optional>
#include <random>
#include <vector>

namespace portico::ports {

/// In two pools, free blocks that lie within each other; each block is a phone's to be cut out of.
struct BlockPair {
  Block direct = 0;
  Block tunnel = 0;
  [[nodiscard]] Block smaller() const noexcept { return direct > tunnel ? direct : tunnel; }
};

class JointIndex {
 public:
  JointIndex(const Sides& sides, const PortPool& direct, const PortPool& tunnel);

  [[nodiscard]] const Sides& sides() const noexcept { return sides_; }
  /// `block` was taken or given back in one of the pools.
  void changed(Block block, const PortPool& direct, const PortPool& tunnel) noexcept;
  [[nodiscard]] bool has_room(Order order) const noexcept { return orders_[kWhole] >> order != 0; }
  /// The closest fit for a range of `order`.
  [[nodiscard]] std::optional<BlockPair> find(Order order, const PortPool& direct,
                                              const PortPool& tunnel,
                                              std::mt19937_64& random) const noexcept;
  [[nodiscard]] std::size_t memory() const noexcept { return orders_.capacity() * sizeof(Orders); }

 private:
  void sum_up(Block block, const PortPool& direct, const PortPool& tunnel) noexcept;

  Sides sides_;
  Order granule_;  // the larger one of the pools
  // Of each block: the orders of the blocks at and below it that are free in both pools.
  std::vector<Orders> orders_;
};

}  // namespace portico::ports
