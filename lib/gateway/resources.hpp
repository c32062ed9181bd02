// SPDX-License-Identifier: BSD-3-Clause
// Everything that is given out: private addresses and ranges of ports, always together.
#pragma once

#include "gateway/plan.hpp"
#include "ports/address_pool.hpp"
#include "ports/allocator.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace portico::gateway {

/// What one phone holds: an address and ports, or what is left of them where a stored lease no
/// longer fits the configuration.
struct Holding {
  std::size_t private_pool = 0;
  Ipv4 address;  ///< zero: none
  ports::Sides sides;
  ports::Grant ports;  ///< nothing where `sides` names no pool

  [[nodiscard]] bool has_address() const noexcept { return !address.is_zero(); }
  [[nodiscard]] bool has_ports() const noexcept { return sides.direct || sides.tunnel; }
};

class Resources {
 public:
  Resources(const Plan& plan, std::uint64_t seed);

  enum class Shortage : std::uint8_t { None, Address, Ports };
  /// What of a class's needs is exhausted.
  [[nodiscard]] Shortage shortage(const ClassPlan& phone_class);
  /// `wish`: this address if it is free.
  [[nodiscard]] std::optional<Holding> take(const ClassPlan& phone_class, std::optional<Ipv4> wish);
  /// The pools to make room in for this class: one side, if only that has no room, else both.
  [[nodiscard]] ports::Sides short_sides(const ClassPlan& phone_class);
  /// All of it or nothing.
  [[nodiscard]] bool take_exact(const Holding& holding);
  void free(const Holding& holding);
  /// Ports alone: a static phone's.
  [[nodiscard]] bool take_ports(const ports::Grant& grant, const ports::Sides& sides) {
    return allocator_.take_exact(grant, sides);
  }
  /// Is all of it taken?
  [[nodiscard]] bool holds(const Holding& holding) const;

  [[nodiscard]] const ports::Allocator& allocator() const noexcept { return allocator_; }
  [[nodiscard]] const std::vector<ports::AddressPool>& addresses() const noexcept {
    return addresses_;
  }
  /// The pools that two identities lie in; zero: none.
  [[nodiscard]] ports::Sides sides_of(Ipv4 direct, Ipv4 tunnel) const noexcept;
  /// Ranges taken in all pools; one that is taken on two sides counts for both.
  [[nodiscard]] std::uint64_t ranges_taken() const;
  /// The private pool that `address` belongs to.
  [[nodiscard]] std::optional<std::size_t> private_pool_of(Ipv4 address) const noexcept;

 private:
  std::vector<ports::AddressPool> addresses_;
  ports::Allocator allocator_;
};

}  // namespace portico::gateway
