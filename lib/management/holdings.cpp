// SPDX-License-Identifier: BSD-3-Clause
#include "management/holdings.hpp"

#include <string>

namespace portico::management {
namespace {

std::int64_t count_of(const ports::Sides& sides) noexcept {
  return (sides.direct ? 1 : 0) + (sides.tunnel ? 1 : 0);
}

void read_leases(gateway::Gateway& gateway, Holdings& holdings) {
  auto& leases = gateway.leases();
  leases.table().for_each([&](const gateway::Entry& entry) {
    const auto& lease = entry.lease;
    if (entry.published)
      holdings.published.push_back({PublishedBinding::Origin::Lease, leases.binding_of(entry)});
    if (!entry.holding) return;
    holdings.ranges_too_many -= count_of(entry.holding->sides);
    if (!gateway.resources().holds(*entry.holding)) return;
    const auto kind =
        lease.state == lease::State::Bound ? Allocation::Kind::Held : Allocation::Kind::Quarantined;
    holdings.allocations.push_back(
        {kind, lease.private_address, lease.public_address, lease.tunnel_address, lease.range});
  });
  gateway.book().offers().for_each([&holdings](const gateway::Offer& offer) {
    if (offer.lease_id == 0) holdings.ranges_too_many -= count_of(offer.holding.sides);
  });
}

void read_statics(gateway::Gateway& gateway, Holdings& holdings) {
  for (const auto& binding : gateway.leases().static_bindings()) {
    holdings.ranges_too_many -=
        count_of(gateway.resources().sides_of(binding.public_address, binding.tunnel_address));
    holdings.published.push_back({PublishedBinding::Origin::Static, binding});
    holdings.allocations.push_back({Allocation::Kind::Held, binding.private_address,
                                    binding.public_address, binding.tunnel_address, binding.range});
  }
}

}  // namespace

std::optional<Holdings> read_holdings(gateway::Gateway& gateway,
                                      std::span<const nappt::Bindings* const> workers) {
  if (!gateway.leases().is_idle() || gateway.publisher().outstanding() > 0) return std::nullopt;
  Holdings holdings;
  holdings.changes = gateway.leases().changes();
  holdings.ranges_too_many = static_cast<std::int64_t>(gateway.resources().ranges_taken());
  read_leases(gateway, holdings);
  read_statics(gateway, holdings);
  for (const auto* bindings : workers) {
    auto& table = holdings.tables.emplace_back();
    for (nappt::Slot slot = 0; slot < bindings->slots(); ++slot)
      if (const auto binding = bindings->at(slot)) table.push_back(*binding);
  }
  return holdings;
}

std::vector<Difference> audit(std::span<const lease::Lease> stored, const Holdings& holdings) {
  const std::vector<std::span<const nappt::Binding>> tables(holdings.tables.begin(),
                                                            holdings.tables.end());
  auto differences = audit({stored, holdings.allocations, holdings.published, tables});
  if (holdings.ranges_too_many > 0)
    differences.push_back(
        {DifferenceKind::AllocatedNotStored, std::to_string(holdings.ranges_too_many) +
                                                 " ranges are taken in the allocator by nobody"});
  if (holdings.ranges_too_many < 0)
    differences.push_back(
        {DifferenceKind::StoredNotAllocated, std::to_string(-holdings.ranges_too_many) +
                                                 " ranges are held, and free in the allocator"});
  return differences;
}

}  // namespace portico::management
