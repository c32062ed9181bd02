// SPDX-License-Identifier: BSD-3-Clause
// What holds after every step, whatever has been done to the control core.
#pragma once

#include "ports/port_span.hpp"
#include "support/gateway_bed.hpp"
#include "support/port_holders.hpp"

#include <bit>
#include <map>
#include <set>

namespace portico::fuzz {

using support::GatewayBed;

/// Everything that is given out, counted from those who have it.
class Census {
 public:
  explicit Census(GatewayBed& bed) : bed_(bed), plan_(bed.plan) {
    for (const auto& phone : plan_.statics) count(phone);
    bed_.core->leases().table().for_each([this](const gateway::Entry& entry) {
      if (entry.holding) count(*entry.holding, entry.phone_class);
    });
    bed_.core->book().offers().for_each([this](const gateway::Offer& offer) {
      if (offer.lease_id == 0) count(offer.holding, offer.phone_class);
    });
  }

  /// The pools have given out what somebody has, no more and no less.
  void check_pools() {
    const auto& resources = bed_.core->resources();
    for (std::size_t pool = 0; pool < plan_.public_pools.size(); ++pool)
      expects(resources.allocator().counts(pool).ports_used == ports_[pool],
              "every port taken is somebody's");
    for (std::size_t pool = 0; pool < plan_.private_pools.size(); ++pool)
      expects(resources.addresses()[pool].used_count() == addresses_in_[pool],
              "every address taken is somebody's");
  }

 private:
  void count(const config::StaticPhone& phone) {
    const PortRange range{phone.first_port, static_cast<std::uint16_t>(phone.ports)};
    const auto direct = phone.public_address.value_or(Ipv4{});
    const auto tunnel = phone.tunnel_address.value_or(Ipv4{});
    hold(phone.private_address, direct, tunnel, range,
         bed_.core->resources().sides_of(direct, tunnel));
  }
  void count(const gateway::Holding& holding, std::size_t phone_class) {
    const auto& range = holding.ports.range;
    expects(range.size == plan_.classes[phone_class].settings.ports, "a range of its class's size");
    expects(std::has_single_bit(range.size) && range.first % range.size == 0, "whole and aligned");
    ++addresses_in_[holding.private_pool];
    hold(holding.address, holding.ports.direct, holding.ports.tunnel, range, holding.sides);
  }
  void hold(Ipv4 address, Ipv4 direct, Ipv4 tunnel, PortRange range, const ports::Sides& sides) {
    expects(addresses_.insert(address).second, "an address has one holder");
    expects(holders_.hold(direct, range) && holders_.hold(tunnel, range), "a port has one holder");
    for (const auto& pool : {sides.direct, sides.tunnel}) {
      if (!pool) continue;
      expects(!ports::touches_reserved(range, plan_.public_pools[*pool].reserved),
              "no range touches a reserved port");
      ports_[*pool] += range.size;
    }
  }

  GatewayBed& bed_;
  const gateway::Plan& plan_;
  std::set<Ipv4> addresses_;
  support::PortHolders holders_;
  std::map<std::size_t, std::uint64_t> addresses_in_;  // by private pool
  std::map<std::size_t, std::uint64_t> ports_;         // by public pool
};

/// What the core takes to be in a worker's table, by private address.
struct Published {
  nappt::Binding binding;
  bool is_certain = false;  ///< in every table; else in some
};

inline std::map<Ipv4, Published> published(GatewayBed& bed) {
  std::map<Ipv4, Published> all;
  for (const auto& binding : bed.core->leases().static_bindings())
    all[binding.private_address] = {binding, true};
  bed.core->leases().table().for_each([&](const gateway::Entry& entry) {
    if (!entry.published) return;
    const auto binding = bed.core->leases().binding_of(entry);
    expects(!all.contains(binding.private_address), "an address is one lease's");
    all[binding.private_address] = {binding, entry.pending == 0 && !entry.ending};
  });
  return all;
}

/// Workers hold what the core has published and not yet withdrawn everywhere.
inline void check_workers(GatewayBed& bed) {
  const auto all = published(bed);
  for (const auto& worker : bed.workers) {
    std::size_t known = 0;
    for (const auto& [address, published] : all) {
      const auto held = worker->bindings.at(worker->bindings.slot_of(address));
      expects(held || !published.is_certain, "a lease in use is in every worker");
      expects(!held || *held == published.binding, "as it was published");
      known += held.has_value();
    }
    expects(worker->bindings_held == known, "a worker holds nothing that the core does not know");
  }
}

/// Nothing grows beyond what was configured.
inline void check_bounds(GatewayBed& bed, const support::BedLimits& limits) {
  constexpr std::size_t kMostResting = 8;  // that one MAC leaves behind as nobody's
  std::map<Mac, std::size_t> resting;
  std::size_t under_way = 0;
  bed.core->leases().table().for_each([&](const gateway::Entry& entry) {
    under_way += entry.pending != 0;
    if (gateway::is_nobodys(entry.lease)) ++resting[entry.lease.mac];
  });
  expects(bed.core->book().offers().size() <= limits.offers, "no more offers than configured");
  expects(under_way == bed.core->leases().pending(), "what is under way is counted");
  expects(under_way <= limits.pending, "no more under way than configured");
  std::uint32_t most_held = 0;
  for (const auto& phone_class : bed.plan.classes)
    most_held = std::max(most_held, phone_class.settings.leases_per_mac);
  for (const auto& [mac, count] : resting)
    expects(count <= kMostResting + most_held, "nobody leaves behind more than its share");
}

inline void check_all(GatewayBed& bed, const support::BedLimits& limits) {
  Census(bed).check_pools();
  check_workers(bed);
  check_bounds(bed, limits);
}

}  // namespace portico::fuzz
