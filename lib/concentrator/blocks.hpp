// SPDX-License-Identifier: BSD-3-Clause
// Which tunnel leads to the holder of a port of the provider's, found by arithmetic. A worker's
// own: it alone adds and removes, by control's orders.
#pragma once

#include "base/addresses.hpp"
#include "base/granules.hpp"
#include "base/port_block.hpp"
#include "base/result.hpp"
#include "base/tunnel_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace portico::concentrator {

/// What the table must cover. Fixed at start.
struct Shape {
  std::vector<GranulePool> pools;  ///< they do not overlap
};

/// For control, before it has a block added: it lies in the shape and fills granules, or what is
/// wrong with it.
[[nodiscard]] Result<void> fits(const Shape& shape, const PortBlock& block);

class Blocks {
 public:
  explicit Blocks(const Shape& shape,
                  std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  /// What a worker's table of this shape occupies, in octets.
  [[nodiscard]] static std::uint64_t memory_bytes(const Shape& shape) noexcept;

  /// The block fits, and no tunnel has any of it: control saw to it.
  void add(const PortBlock& block, TunnelIndex tunnel) noexcept;
  /// A block that was added, and just so.
  void remove(const PortBlock& block) noexcept;

  /// Where it stands which tunnel has it; kNowhere for what lies in no pool. Two steps, so that a
  /// stage can prefetch all the places of a burst.
  [[nodiscard]] Place place_of(Ipv4 address, std::uint16_t port) const noexcept {
    return pools_.place_of(address, port);
  }
  void prefetch(Place place) const noexcept { __builtin_prefetch(&places_[place]); }
  /// kNoTunnel for what nobody has.
  [[nodiscard]] TunnelIndex tunnel_at(Place place) const noexcept { return places_[place]; }

  /// For the audit: `visit(block, tunnel)` for every granule that a tunnel has, an address's in
  /// their order.
  template <class Visit>
  void for_each_granule(Visit&& visit) const {
    Place place = kNowhere + 1;
    for (const auto& [addresses, granule] : shape_.pools)
      for (std::uint64_t a = 0; a < addresses.size(); ++a)
        for (std::uint32_t port = 0; port < kPortsOfAddress; port += granule, ++place)
          if (places_[place] != kNoTunnel)
            visit(PortBlock{{addresses.base.bits + static_cast<std::uint32_t>(a)},
                            static_cast<std::uint16_t>(port),
                            static_cast<std::uint16_t>(port + granule - 1)},
                  places_[place]);
  }

  /// True if packets for this address are to go through a tunnel (it lies in a pool).
  [[nodiscard]] bool covers(Ipv4 address) const noexcept {
    return pools_.pool_of(address) != nullptr;
  }

 private:
  void write(const PortBlock& block, TunnelIndex was, TunnelIndex now) noexcept;

  std::pmr::vector<TunnelIndex> places_;  // [kNowhere], each pool's after the other
  Granules pools_;
  const Shape shape_;
};

}  // namespace portico::concentrator
