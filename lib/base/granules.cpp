// SPDX-License-Identifier: BSD-3-Clause
#include "base/granules.hpp"

#include "base/expects.hpp"

#include <bit>

namespace portico {
namespace {

std::uint64_t granules_of(const GranulePool& pool) noexcept {
  return pool.addresses.size() * (kPortsOfAddress / pool.granule);
}

}  // namespace

Granules::Granules(std::span<const GranulePool> pools, Place first) : end_(first) {
  expects(first != kNowhere, "a granule has a place");
  for (const auto& pool : pools) {
    expects(std::has_single_bit(pool.granule) && pool.granule <= kPortsOfAddress,
            "a granule is a power of two of ports");
    const auto granule_bits = static_cast<std::uint8_t>(std::countr_zero(pool.granule));
    pools_.push_back({AddressBlock{pool.addresses}, end_, granule_bits});
    end_ += granules_of(pool);
  }
}

std::uint64_t Granules::count(std::span<const GranulePool> pools) noexcept {
  std::uint64_t granules = 0;
  for (const auto& pool : pools) granules += granules_of(pool);
  return granules;
}

}  // namespace portico
