// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/plan.hpp"

#include "base/expects.hpp"
#include "config/derived.hpp"

#include <algorithm>

namespace portico::gateway {
namespace {

template <class Named>
std::optional<std::size_t> place_of(const std::vector<Named>& all, std::string_view name) {
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name) return i;
  return std::nullopt;
}

PrivatePool private_pool(const config::PrivatePool& pool, const config::Network& lan) {
  const auto leasable = config::leasable(pool);
  return {.network = pool.network,
          .first = leasable.first,
          .last = leasable.last,
          .router = config::router_of(pool, lan).value_or(Ipv4{}),
          .via = config::is_attached(pool, lan) ? std::nullopt : pool.via};
}

/// The smallest range that any class or static phone takes from this pool.
std::uint32_t granule_of(const config::Config& config, const config::PublicPool& pool) {
  std::uint32_t granule = kMaxRangeSize;
  for (const auto& phone_class : config.phones.classes)
    if (phone_class.public_pool == pool.name || phone_class.tunnel_pool == pool.name)
      granule = std::min(granule, phone_class.ports);
  for (const auto& phone : config.phones.statics)
    if (pool.addresses.contains(phone.public_address.value_or(Ipv4{})) ||
        pool.addresses.contains(phone.tunnel_address.value_or(Ipv4{})))
      granule = std::min(granule, phone.ports);
  return granule;
}

ports::PoolSetup public_pool(const config::Config& config, const config::PublicPool& pool) {
  ports::PoolSetup setup{.addresses = pool.addresses,
                         .reserved = {},
                         .granule = granule_of(config, pool),
                         .excluded = {config.wan.address.address}};
  setup.reserved = config.phones.reserved_ports;
  setup.reserved.insert(setup.reserved.end(), pool.reserved.begin(), pool.reserved.end());
  return setup;
}

Result<ClassPlan> class_plan(const config::Config& config, const config::PhoneClass& settings) {
  const auto& pools = config.pools;
  const auto private_pool = place_of(pools.private_pools, settings.private_pool);
  if (!private_pool) return fail("no such private pool: " + settings.private_pool, settings.name);
  ClassPlan plan{settings, *private_pool, {}};
  if (settings.uses != config::Uses::Tunnel)
    plan.sides.direct = place_of(pools.public_pools, settings.public_pool);
  if (settings.uses != config::Uses::Direct)
    plan.sides.tunnel = place_of(pools.public_pools, settings.tunnel_pool);
  if (!plan.sides.direct && !plan.sides.tunnel) return fail("no such public pool", settings.name);
  return plan;
}

/// No more phones than private addresses, nor than the smallest ranges there is room for.
std::uint32_t phones_of(const Plan& plan) {
  std::uint64_t addresses = 0;
  for (const auto& pool : plan.private_pools) addresses += pool.last.bits - pool.first.bits + 1;
  std::uint64_t ranges = 0;
  for (const auto& pool : plan.public_pools)
    ranges += pool.addresses.size() * (ports::ranges_per_address(pool.granule, pool.reserved));
  return static_cast<std::uint32_t>(std::min(addresses, ranges) + plan.statics.size());
}

void add_routes(Plan& plan, Side side, const config::Network& network) {
  for (const auto& route : network.routes) plan.routes.push_back({route.prefix, {side, route.via}});
  if (network.router) plan.routes.push_back({Prefix{}, {side, *network.router}});
}

void add_router(Plan& plan, const Router& router) {
  auto& all = plan.routers;
  if (std::find(all.begin(), all.end(), router) == all.end()) all.push_back(router);
}

void plan_routing(Plan& plan, const config::Config& config) {
  add_routes(plan, Side::Lan, config.lan);
  add_routes(plan, Side::Wan, config.wan);
  std::stable_sort(plan.routes.begin(), plan.routes.end(),
                   [](const auto& a, const auto& b) { return a.prefix.length > b.prefix.length; });
  for (const auto& route : plan.routes) add_router(plan, route.router);
  for (const auto& pool : plan.private_pools)
    if (pool.via) add_router(plan, {Side::Lan, *pool.via});
  for (const auto& phone : plan.statics)
    if (phone.via) add_router(plan, {Side::Lan, *phone.via});
}

}  // namespace

HopIndex Plan::hop_of(Side side, Ipv4 router) const {
  const auto at = std::find(routers.begin(), routers.end(), Router{side, router});
  expects(at != routers.end(), "every router is in the plan");
  return static_cast<HopIndex>(at - routers.begin() + 1);
}

std::optional<Ipv4> Plan::router_towards(Side side, Ipv4 destination) const {
  for (const auto& route : routes)
    if (route.router.side == side && route.prefix.contains(destination))
      return route.router.address;
  return std::nullopt;
}

/// Tunnels get their indexes in the order of the records, from 1.
TunnelIndex Plan::tunnel_of(Ipv4 tunnel_address, PortRange range) const noexcept {
  const auto place = tunnel_blocks.tunnel_of(tunnel_address, range);
  return place ? static_cast<TunnelIndex>(*place + 1) : kNoTunnel;
}

std::optional<std::size_t> Plan::class_named(std::string_view name) const {
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (classes[i].settings.name == name) return i;
  return std::nullopt;
}

Result<Plan> make_plan(const config::Config& config, const config::Tunnels& tunnels) {
  Plan plan;
  plan.tunnel_blocks = tunnels.blocks;
  for (const auto& blocks : config.tunnel.blocks)
    if (blocks.announce == config::Announce::Arp) plan.announced_blocks.push_back(blocks.addresses);
  plan.lan_address = config.lan.address.address;
  plan.lan_network = config.lan.address.network();
  plan.relays = config.lan.relays;
  plan.statics = config.phones.statics;
  plan.never_leased = config::never_leased(config);
  for (const auto& pool : config.pools.private_pools)
    plan.private_pools.push_back(private_pool(pool, config.lan));
  for (const auto& pool : config.pools.public_pools) {
    auto setup = public_pool(config, pool);
    if (const auto place = plan.public_pools.size(); place < tunnels.outside.size()) {
      const auto& outside = tunnels.outside[place];
      setup.reserved.insert(setup.reserved.end(), outside.begin(), outside.end());
    }
    plan.public_pools.push_back(std::move(setup));
    if (pool.identity == config::Identity::Direct) plan.direct_prefixes.push_back(pool.addresses);
  }
  plan_routing(plan, config);
  std::vector<std::vector<std::string>> identifiers;
  for (const auto& settings : config.phones.classes) {
    auto made = class_plan(config, settings);
    if (!made) return fail(made.error());
    plan.classes.push_back(std::move(*made));
    identifiers.push_back(settings.vendor_class);
  }
  auto classes = admission::Classes::build(std::move(identifiers));
  if (!classes) return fail(classes.error());
  plan.identifiers = std::move(*classes);
  plan.phones = phones_of(plan);
  return plan;
}

nappt::Shape bindings_shape(const Plan& plan) {
  nappt::Shape shape;
  for (const auto& pool : plan.private_pools)
    shape.private_pools.push_back(Prefix::covering(pool.first, pool.last));
  for (const auto& phone : plan.statics) {
    const bool inside =
        std::any_of(shape.private_pools.begin(), shape.private_pools.end(),
                    [&phone](const Prefix& pool) { return pool.contains(phone.private_address); });
    if (!inside) shape.strays.push_back(phone.private_address);
  }
  for (const auto& pool : plan.public_pools) {
    const auto& direct = plan.direct_prefixes;
    const bool is_direct = std::find(direct.begin(), direct.end(), pool.addresses) != direct.end();
    auto& pools = is_direct ? shape.public_pools : shape.tunnel_pools;
    pools.push_back({pool.addresses, pool.granule});
  }
  return shape;
}

}  // namespace portico::gateway
