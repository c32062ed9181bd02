// SPDX-License-Identifier: BSD-3-Clause
#include "concentrator/blocks.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <string>

namespace portico::concentrator {
namespace {

/// Ports from the first to the last: whole granules of them.
bool fills_granules(const PortBlock& block, std::uint32_t granule) noexcept {
  return block.first <= block.last && block.first % granule == 0 &&
         (std::uint32_t{block.last} + 1) % granule == 0;
}

std::uint64_t places_in(const Shape& shape) noexcept { return 1 + Granules::count(shape.pools); }

}  // namespace

Result<void> fits(const Shape& shape, const PortBlock& block) {
  const auto name = to_string(block.address);
  const auto pool = std::ranges::find_if(
      shape.pools, [&](const auto& p) { return p.addresses.contains(block.address); });
  if (pool == shape.pools.end()) return fail("it lies in no prefix of the provider's", name);
  if (!fills_granules(block, pool->granule))
    return fail("ports " + std::to_string(block.first) + " to " + std::to_string(block.last) +
                    " are not whole blocks of " + std::to_string(pool->granule),
                name);
  return {};
}

Blocks::Blocks(const Shape& shape, std::pmr::memory_resource* memory)
    : places_(places_in(shape), kNoTunnel, memory),
      pools_(shape.pools, kNowhere + 1),
      shape_(shape) {}

std::uint64_t Blocks::memory_bytes(const Shape& shape) noexcept {
  return places_in(shape) * sizeof(TunnelIndex);
}

void Blocks::add(const PortBlock& block, TunnelIndex tunnel) noexcept {
  expects(tunnel != kNoTunnel, "a block is added to a tunnel");
  write(block, kNoTunnel, tunnel);
}

void Blocks::remove(const PortBlock& block) noexcept {
  const TunnelIndex tunnel = tunnel_at(place_of(block.address, block.first));
  expects(tunnel != kNoTunnel, "what is removed was added");
  write(block, tunnel, kNoTunnel);
}

void Blocks::write(const PortBlock& block, TunnelIndex was, TunnelIndex now) noexcept {
  const auto* pool = pools_.pool_of(block.address);
  expects(pool != nullptr && fills_granules(block, pool->granule()),
          "a block lies in a pool and fills granules");
  const auto last = pool->place(block.address, block.last);
  for (auto place = pool->place(block.address, block.first); place <= last; ++place) {
    expects(places_[place] == was, "a block has one tunnel, and no other has any of it");
    places_[place] = now;
  }
}

}  // namespace portico::concentrator
