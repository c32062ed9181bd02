// SPDX-License-Identifier: BSD-3-Clause
// Who holds which ports of which public address (P4, P5, N2): the public pools, and grants out of
// one of them or out of two at once.
#pragma once

#include "base/addresses.hpp"
#include "base/port_range.hpp"
#include "ports/block.hpp"
#include "ports/port_span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace portico::ports {

struct BlockPair;
class JointIndex;
class PortPool;

/// One public pool as configured.
struct PoolSetup {
  Prefix addresses = {};  ///< all of them are given out, but those excluded; at most a /10
  std::vector<PortSpan> reserved = {};  ///< besides 0-1023
  std::uint32_t granule = 1;            ///< the smallest range ever asked for: a power of two
  std::vector<Ipv4> excluded = {};      ///< addresses of the prefix that are not to be given out
};

/// The pools a grant draws from, by their place in the allocator. At least one.
struct Sides {
  std::optional<std::size_t> direct = {};
  std::optional<std::size_t> tunnel = {};
  friend constexpr bool operator==(const Sides&, const Sides&) = default;
};

/// One range: the same ports on each side that was asked for. Zero addresses: none on that side.
struct Grant {
  Ipv4 direct = {};
  Ipv4 tunnel = {};
  PortRange range = {};
  friend constexpr bool operator==(const Grant&, const Grant&) = default;
};

struct PoolCounts {
  std::uint64_t ports_free = 0;
  std::uint64_t ports_used = 0;   ///< taken; reserved ports are neither
  std::uint64_t ranges_used = 0;  ///< how many ranges those are
};

/// Every call takes about as long with one range taken as with a million, or all.
class Allocator {
 public:
  /// `seed` decides which of the free ranges are taken: hand in a random number, so that they are
  /// hard to guess (RFC 6888 REQ-15).
  Allocator(std::span<const PoolSetup> pools, std::uint64_t seed);
  ~Allocator();
  Allocator(Allocator&&) noexcept;
  Allocator& operator=(Allocator&&) noexcept;

  /// Any free range of `size` ports (a power of two from the pools' granule to kMaxRangeSize).
  /// Nothing: none is left, or with two sides: no block that is free on both.
  [[nodiscard]] std::optional<Grant> take(std::uint32_t size, const Sides& sides);
  /// Just this one, all of it or nothing. False: not free, not of these pools, reserved, not a
  /// valid range, or smaller than a granule; nothing has changed then.
  [[nodiscard]] bool take_exact(const Grant& grant, const Sides& sides);
  /// Gives back what was taken, with the same sides and the same range.
  void free(const Grant& grant, const Sides& sides);

  /// Would take_exact succeed?
  [[nodiscard]] bool is_free(const Grant& grant, const Sides& sides) const;
  /// Would take succeed?
  [[nodiscard]] bool has_room(std::uint32_t size, const Sides& sides);

  [[nodiscard]] std::size_t pools() const noexcept;
  /// The pool that `address` belongs to.
  [[nodiscard]] std::optional<std::size_t> pool_of(Ipv4 address) const noexcept;
  [[nodiscard]] PoolCounts counts(std::size_t pool) const;
  /// How many ranges of `size` could still be taken from this pool alone.
  [[nodiscard]] std::uint64_t room(std::size_t pool, std::uint32_t size) const;
  /// Octets of memory held.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  [[nodiscard]] bool is_possible(PortRange range, const Sides& sides) const noexcept;
  [[nodiscard]] std::optional<BlockPair> find(Order order, const Sides& sides);
  [[nodiscard]] JointIndex& joint(const Sides& sides);
  void mark_taken(const Grant& grant, const Sides& sides) noexcept;
  void changed(std::size_t pool, Block block) noexcept;

  std::vector<PortPool> pools_;
  std::vector<std::unique_ptr<JointIndex>> joints_;  // one a pair of pools, made when first needed
  std::mt19937_64 random_;
};

}  // namespace portico::ports
