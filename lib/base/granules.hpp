// SPDX-License-Identifier: BSD-3-Clause
// Ports of many addresses, numbered through by granules, so that where it stands who has a port is
// found by arithmetic.
#pragma once

#include "base/addresses.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace portico {

/// A granule of an address's ports: its number in a table.
using Place = std::size_t;
inline constexpr Place kNowhere = 0;  ///< no granule's

inline constexpr std::uint32_t kPortsOfAddress = 65536;

struct GranulePool {
  Prefix addresses;
  std::uint32_t granule = 64;  ///< its smallest range or block: a power of two of ports
};

class Granules {
 public:
  struct Pool {
    AddressBlock addresses;
    Place first = kNowhere;
    std::uint8_t granule_bits = 0;

    [[nodiscard]] Place place(Ipv4 address, std::uint16_t port) const noexcept {
      const auto addresses_before = std::size_t{addresses.place_of(address)};
      return first + (addresses_before << (16 - granule_bits)) + (port >> granule_bits);
    }
    [[nodiscard]] std::uint32_t granule() const noexcept { return 1u << granule_bits; }
  };

  /// `pools` do not overlap; the first granule of the first one is `first`, not kNowhere.
  Granules(std::span<const GranulePool> pools, Place first);

  [[nodiscard]] static std::uint64_t count(std::span<const GranulePool> pools) noexcept;
  /// One past the last granule.
  [[nodiscard]] Place end() const noexcept { return end_; }

  /// Whose the address is; null: none of the pools'.
  [[nodiscard]] const Pool* pool_of(Ipv4 address) const noexcept {
    for (const auto& pool : pools_)
      if (pool.addresses.contains(address)) return &pool;
    return nullptr;
  }
  /// kNowhere for what lies in no pool.
  [[nodiscard]] Place place_of(Ipv4 address, std::uint16_t port) const noexcept {
    const auto* pool = pool_of(address);
    return pool == nullptr ? kNowhere : pool->place(address, port);
  }

 private:
  std::vector<Pool> pools_;
  Place end_;
};

}  // namespace portico
