// SPDX-License-Identifier: BSD-3-Clause
#include "ports/joint_index.hpp"

#include <algorithm>
#include <bit>

namespace portico::ports {

JointIndex::JointIndex(const Sides& sides, const PortPool& direct, const PortPool& tunnel)
    : sides_(sides),
      granule_(std::max(direct.granule(), tunnel.granule())),
      orders_(std::size_t{2} << (kWholeOrder - granule_)) {
  for (std::size_t block = orders_.size() - 1; block >= kWhole; --block)
    sum_up(static_cast<Block>(block), direct, tunnel);
}

// Of two blocks free in one pool each, the one that lies within the other is free in both. So where
// the whole of `block` is free in one pool, what the other has at and below it counts; all other
// pairs lie within one of the halves.
void JointIndex::sum_up(Block block, const PortPool& direct, const PortPool& tunnel) noexcept {
  Orders orders = 0;
  if (direct.is_free_somewhere(block)) orders |= tunnel.orders(block);
  if (tunnel.is_free_somewhere(block)) orders |= direct.orders(block);
  if (order_of(block) > granule_) {
    orders |= orders_[left(block)];
    orders |= orders_[right(block)];
  }
  orders_[block] = orders;
}

void JointIndex::changed(Block block, const PortPool& direct, const PortPool& tunnel) noexcept {
  for (block = ancestor(block, std::max(granule_, order_of(block))); block > kWhole;
       block = parent(block)) {
    sum_up(block, direct, tunnel);
    sum_up(buddy(block), direct, tunnel);
  }
  sum_up(kWhole, direct, tunnel);
}

std::optional<BlockPair> JointIndex::find(Order order, const PortPool& direct,
                                          const PortPool& tunnel,
                                          std::mt19937_64& random) const noexcept {
  const auto large_enough = static_cast<std::uint32_t>(orders_[kWhole]) >> order;
  if (large_enough == 0) return std::nullopt;
  const Order found = order + static_cast<Order>(std::countr_zero(large_enough));
  // Down as far as it goes: the deeper, the less is cut off the larger of the two.
  Block block = kWhole;
  while (order_of(block) > granule_) {
    const bool in_left = (orders_[left(block)] & bit(found)) != 0;
    const bool in_right = (orders_[right(block)] & bit(found)) != 0;
    if (!in_left && !in_right) break;
    block = in_left && (!in_right || (random() & 1) != 0) ? left(block) : right(block);
  }
  if (direct.is_free_somewhere(block) && (tunnel.orders(block) & bit(found)) != 0)
    return BlockPair{block, tunnel.descend(block, found, random)};
  return BlockPair{direct.descend(block, found, random), block};
}

}  // namespace portico::ports
