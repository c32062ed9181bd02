// SPDX-License-Identifier: BSD-3-Clause
#include "ports/port_pool.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <bit>

namespace portico::ports {
namespace {

constexpr std::uint8_t kShortestPrefix = 10;

std::size_t blocks_down_to(Order granule) noexcept {
  return std::size_t{2} << (kWholeOrder - granule);
}

}  // namespace

PortPool::PortPool(const PoolSetup& setup)
    : addresses_(setup.addresses),
      granule_(order_of_size(setup.granule)),
      reserved_(setup.reserved),
      free_(blocks_down_to(granule_), setup.addresses.size()),
      orders_(blocks_down_to(granule_)) {
  expects(addresses_.length >= kShortestPrefix, "a public pool of more than a /10");
  expects(std::has_single_bit(setup.granule) && granule_ <= kMaxOrder, "an impossible granule");
  // The largest blocks without a reserved port: those whose parent has one, or is no range.
  for (Block block = 0; block < orders_.size(); ++block) {
    if (block <= kWhole || order_of(block) > kMaxOrder || is_reserved(block)) continue;
    if (order_of(block) < kMaxOrder && !is_reserved(parent(block))) continue;
    for (std::uint64_t i = 0; i < addresses_.size(); ++i) {
      const Ipv4 address{addresses_.base.bits + static_cast<std::uint32_t>(i)};
      if (std::ranges::find(setup.excluded, address) == setup.excluded.end()) add(address, block);
    }
  }
  for (std::size_t block = orders_.size() - 1; block >= kWhole; --block)
    sum_up(static_cast<Block>(block));
}

bool PortPool::is_reserved(Block block) const noexcept {
  return touches_reserved(range_of(block), reserved_);
}

void PortPool::add(Ipv4 address, Block block) noexcept {
  free_.insert(block, column(address));
  ++blocks_free_[order_of(block)];
}

void PortPool::remove(Ipv4 address, Block block) noexcept {
  free_.erase(block, column(address));
  --blocks_free_[order_of(block)];
}

void PortPool::sum_up(Block block) noexcept {
  Orders orders = free_.is_empty(block) ? Orders{0} : bit(order_of(block));
  if (order_of(block) > granule_) {
    orders |= orders_[left(block)];
    orders |= orders_[right(block)];
  }
  orders_[block] = orders;
}

void PortPool::sum_up_from(Block block) noexcept {
  for (; block > kWhole; block = parent(block)) {
    sum_up(block);
    sum_up(buddy(block));
  }
  sum_up(kWhole);
}

std::optional<Block> PortPool::free_around(Ipv4 address, Block block) const noexcept {
  for (; order_of(block) <= kMaxOrder; block = parent(block))
    if (free_.contains(block, column(address))) return block;
  return std::nullopt;
}

std::optional<Block> PortPool::find(Order order, std::mt19937_64& random) const noexcept {
  const auto large_enough = static_cast<std::uint32_t>(orders_[kWhole]) >> order;
  if (large_enough == 0) return std::nullopt;
  return descend(kWhole, order + static_cast<Order>(std::countr_zero(large_enough)), random);
}

Block PortPool::descend(Block block, Order order, std::mt19937_64& random) const noexcept {
  while (order_of(block) > order) {
    const bool in_left = (orders_[left(block)] & bit(order)) != 0;
    const bool in_right = (orders_[right(block)] & bit(order)) != 0;
    expects(in_left || in_right, "a block is promised that is not there");
    block = in_left && (!in_right || (random() & 1) != 0) ? left(block) : right(block);
  }
  return block;
}

Ipv4 PortPool::address_with(Block block, std::mt19937_64& random) const noexcept {
  const auto found = free_.next(block, random() % addresses_.size());
  expects(found.has_value(), "a block is free on no address");
  return {addresses_.base.bits + static_cast<std::uint32_t>(*found)};
}

void PortPool::take(Ipv4 address, Block block) noexcept {
  const auto around = free_around(address, block);
  expects(around.has_value(), "taken, but not free");
  remove(address, *around);
  for (Block part = block; part != *around; part = parent(part)) add(address, buddy(part));
  sum_up_from(block);
  ports_used_ += range_of(block).size;
  ++ranges_used_;
}

void PortPool::free(Ipv4 address, Block block) noexcept {
  expects(contains(address) && !is_reserved(block) && !is_free(address, block),
          "freed, but not taken");
  Block whole = block;
  while (order_of(whole) < kMaxOrder && free_.contains(buddy(whole), column(address))) {
    remove(address, buddy(whole));
    whole = parent(whole);
  }
  add(address, whole);
  sum_up_from(block);
  ports_used_ -= range_of(block).size;
  --ranges_used_;
}

PoolCounts PortPool::counts() const noexcept {
  PoolCounts counts{.ports_free = 0, .ports_used = ports_used_, .ranges_used = ranges_used_};
  for (Order order = 0; order <= kMaxOrder; ++order)
    counts.ports_free += blocks_free_[order] << order;
  return counts;
}

std::uint64_t PortPool::room(Order order) const noexcept {
  std::uint64_t ranges = 0;
  for (Order larger = order; larger <= kMaxOrder; ++larger)
    ranges += blocks_free_[larger] << (larger - order);
  return ranges;
}

std::size_t PortPool::memory() const noexcept {
  return free_.memory() + orders_.capacity() * sizeof(Orders);
}

}  // namespace portico::ports
