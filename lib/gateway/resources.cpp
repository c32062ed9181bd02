// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/resources.hpp"

namespace portico::gateway {

Resources::Resources(const Plan& plan, std::uint64_t seed) : allocator_(plan.public_pools, seed) {
  for (const auto& pool : plan.private_pools)
    addresses_.emplace_back(pool.first, pool.last, plan.never_leased);
}

Resources::Shortage Resources::shortage(const ClassPlan& phone_class) {
  if (addresses_[phone_class.private_pool].free_count() == 0) return Shortage::Address;
  if (!allocator_.has_room(phone_class.settings.ports, phone_class.sides)) return Shortage::Ports;
  return Shortage::None;
}

std::optional<Holding> Resources::take(const ClassPlan& phone_class, std::optional<Ipv4> wish) {
  if (shortage(phone_class) != Shortage::None) return std::nullopt;
  auto& pool = addresses_[phone_class.private_pool];
  const auto ports = allocator_.take(phone_class.settings.ports, phone_class.sides);
  if (!ports) return std::nullopt;
  const auto address = wish && pool.take_exact(*wish) ? wish : pool.take();
  return Holding{phone_class.private_pool, *address, phone_class.sides, *ports};
}

ports::Sides Resources::short_sides(const ClassPlan& phone_class) {
  const auto& both = phone_class.sides;
  if (!both.direct || !both.tunnel) return both;
  const auto size = phone_class.settings.ports;
  const ports::Sides direct{both.direct, {}};
  const ports::Sides tunnel{{}, both.tunnel};
  const bool direct_has_room = allocator_.has_room(size, direct);
  if (direct_has_room == allocator_.has_room(size, tunnel)) return both;
  return direct_has_room ? tunnel : direct;
}

bool Resources::take_exact(const Holding& holding) {
  if (!holding.has_address()) return allocator_.take_exact(holding.ports, holding.sides);
  auto& pool = addresses_[holding.private_pool];
  if (!pool.take_exact(holding.address)) return false;
  if (!holding.has_ports() || allocator_.take_exact(holding.ports, holding.sides)) return true;
  pool.free(holding.address);
  return false;
}

void Resources::free(const Holding& holding) {
  if (holding.has_address()) addresses_[holding.private_pool].free(holding.address);
  if (holding.has_ports()) allocator_.free(holding.ports, holding.sides);
}

bool Resources::holds(const Holding& holding) const {
  if (holding.has_address() && addresses_[holding.private_pool].is_free(holding.address))
    return false;
  return !holding.has_ports() || !allocator_.is_free(holding.ports, holding.sides);
}

std::uint64_t Resources::ranges_taken() const {
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < allocator_.pools(); ++i) taken += allocator_.counts(i).ranges_used;
  return taken;
}

ports::Sides Resources::sides_of(Ipv4 direct, Ipv4 tunnel) const noexcept {
  ports::Sides sides;
  if (!direct.is_zero()) sides.direct = allocator_.pool_of(direct);
  if (!tunnel.is_zero()) sides.tunnel = allocator_.pool_of(tunnel);
  return sides;
}

std::optional<std::size_t> Resources::private_pool_of(Ipv4 address) const noexcept {
  for (std::size_t i = 0; i < addresses_.size(); ++i)
    if (addresses_[i].contains(address)) return i;
  return std::nullopt;
}

}  // namespace portico::gateway
