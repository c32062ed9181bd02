// SPDX-License-Identifier: BSD-3-Clause
#include "ports/allocator.hpp"

#include "base/expects.hpp"
#include "ports/joint_index.hpp"
#include "ports/port_pool.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace portico::ports {
namespace {

struct Part {
  std::size_t pool = 0;
  Ipv4 address;
};

/// What a grant is made of, one or two parts.
std::array<std::optional<Part>, 2> parts_of(const Grant& grant, const Sides& sides) noexcept {
  std::array<std::optional<Part>, 2> parts;
  if (sides.direct) parts[0] = Part{*sides.direct, grant.direct};
  if (sides.tunnel) parts[1] = Part{*sides.tunnel, grant.tunnel};
  return parts;
}

/// One of the blocks of `order` within `block`.
Block part_of(Block block, Order order, std::mt19937_64& random) noexcept {
  const Order deeper = order_of(block) - order;
  return (block << deeper) + static_cast<Block>(random() & ((1u << deeper) - 1));
}

}  // namespace

Allocator::Allocator(std::span<const PoolSetup> pools, std::uint64_t seed) : random_(seed) {
  for (const PoolSetup& setup : pools) pools_.emplace_back(setup);
}
Allocator::~Allocator() = default;
Allocator::Allocator(Allocator&&) noexcept = default;
Allocator& Allocator::operator=(Allocator&&) noexcept = default;

std::optional<Grant> Allocator::take(std::uint32_t size, const Sides& sides) {
  if (size > kMaxRangeSize || !is_possible({0, static_cast<std::uint16_t>(size)}, sides))
    return std::nullopt;
  const Order order = order_of_size(size);
  const auto blocks = find(order, sides);
  if (!blocks) return std::nullopt;
  Grant grant;
  if (sides.direct) grant.direct = pools_[*sides.direct].address_with(blocks->direct, random_);
  if (sides.tunnel) grant.tunnel = pools_[*sides.tunnel].address_with(blocks->tunnel, random_);
  grant.range = range_of(part_of(blocks->smaller(), order, random_));
  mark_taken(grant, sides);
  return grant;
}

bool Allocator::take_exact(const Grant& grant, const Sides& sides) {
  if (!is_free(grant, sides)) return false;
  mark_taken(grant, sides);
  return true;
}

void Allocator::free(const Grant& grant, const Sides& sides) {
  expects(is_possible(grant.range, sides), "freed, but no range");
  const Block block = block_of(grant.range);
  for (const auto& part : parts_of(grant, sides)) {
    if (!part) continue;
    pools_[part->pool].free(part->address, block);
    changed(part->pool, block);
  }
}

bool Allocator::is_free(const Grant& grant, const Sides& sides) const {
  if (!is_possible(grant.range, sides)) return false;
  return std::ranges::all_of(parts_of(grant, sides), [&](const std::optional<Part>& part) {
    return !part || (pools_[part->pool].contains(part->address) &&
                     pools_[part->pool].is_free(part->address, block_of(grant.range)));
  });
}

bool Allocator::has_room(std::uint32_t size, const Sides& sides) {
  if (size > kMaxRangeSize || !is_possible({0, static_cast<std::uint16_t>(size)}, sides))
    return false;
  const Order order = order_of_size(size);
  if (sides.direct && sides.tunnel) return joint(sides).has_room(order);
  return pools_[sides.direct ? *sides.direct : *sides.tunnel].room(order) > 0;
}

std::size_t Allocator::pools() const noexcept { return pools_.size(); }

std::optional<std::size_t> Allocator::pool_of(Ipv4 address) const noexcept {
  const auto found = std::ranges::find_if(
      pools_, [address](const PortPool& pool) { return pool.contains(address); });
  if (found == pools_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - pools_.begin());
}

PoolCounts Allocator::counts(std::size_t pool) const { return pools_[pool].counts(); }

std::uint64_t Allocator::room(std::size_t pool, std::uint32_t size) const {
  expects(std::has_single_bit(size) && size <= kMaxRangeSize, "room for an impossible size");
  return pools_[pool].room(order_of_size(size));
}

std::size_t Allocator::memory() const noexcept {
  std::size_t octets = 0;
  for (const PortPool& pool : pools_) octets += pool.memory();
  for (const auto& joint : joints_) octets += joint->memory();
  return octets;
}

bool Allocator::is_possible(PortRange range, const Sides& sides) const noexcept {
  expects(sides.direct || sides.tunnel, "a grant of no side");
  expects(sides.direct != sides.tunnel, "a grant of one pool twice");
  if (!range.is_valid()) return false;
  return std::ranges::all_of(parts_of({}, sides), [&](const std::optional<Part>& part) {
    return !part || order_of_size(range.size) >= pools_[part->pool].granule();
  });
}

std::optional<BlockPair> Allocator::find(Order order, const Sides& sides) {
  if (sides.direct && sides.tunnel)
    return joint(sides).find(order, pools_[*sides.direct], pools_[*sides.tunnel], random_);
  const auto block = pools_[sides.direct ? *sides.direct : *sides.tunnel].find(order, random_);
  if (!block) return std::nullopt;
  return sides.direct ? BlockPair{*block, 0} : BlockPair{0, *block};
}

JointIndex& Allocator::joint(const Sides& sides) {
  for (const auto& joint : joints_)
    if (joint->sides() == sides) return *joint;
  return *joints_.emplace_back(
      std::make_unique<JointIndex>(sides, pools_[*sides.direct], pools_[*sides.tunnel]));
}

void Allocator::mark_taken(const Grant& grant, const Sides& sides) noexcept {
  const Block block = block_of(grant.range);
  for (const auto& part : parts_of(grant, sides)) {
    if (!part) continue;
    pools_[part->pool].take(part->address, block);
    changed(part->pool, block);
  }
}

void Allocator::changed(std::size_t pool, Block block) noexcept {
  for (const auto& joint : joints_) {
    const Sides& sides = joint->sides();
    if (sides.direct == pool || sides.tunnel == pool)
      joint->changed(block, pools_[*sides.direct], pools_[*sides.tunnel]);
  }
}

}  // namespace portico::ports
