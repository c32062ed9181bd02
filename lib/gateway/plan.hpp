// SPDX-License-Identifier: BSD-3-Clause
// The configuration as the control core works with it: names looked up, pools numbered, defaults
// filled in. Made once at start, and only from a configuration that config::validate accepts.
#pragma once

#include "admission/classes.hpp"
#include "base/next_hop.hpp"
#include "base/result.hpp"
#include "base/tunnel_index.hpp"
#include "config/model.hpp"
#include "config/tunnels.hpp"
#include "nappt/bindings.hpp"
#include "ports/allocator.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace portico::gateway {

/// Private addresses that are given out, by their place in pools.private.
struct PrivatePool {
  Prefix network;
  Ipv4 first;
  Ipv4 last;
  Ipv4 router;              ///< option 3; zero: none
  std::optional<Ipv4> via;  ///< the router it is reached through; none: attached
};

/// A class, by its place in phones.classes.
struct ClassPlan {
  config::PhoneClass settings;
  std::size_t private_pool = 0;
  ports::Sides sides;
};

/// A router that is asked for at start and kept for ever: `via` of a pool, a route, a static phone.
struct Router {
  Side side = Side::Wan;
  Ipv4 address;
  friend bool operator==(const Router&, const Router&) = default;
};

struct Route {
  Prefix prefix;
  Router router;
};

struct Plan {
  std::vector<PrivatePool> private_pools;
  std::vector<ports::PoolSetup> public_pools;  ///< by their place in pools.public
  std::vector<ClassPlan> classes;
  admission::Classes identifiers;
  std::vector<config::StaticPhone> statics;
  std::vector<Ipv4> never_leased;  ///< whichever pool they lie in
  Ipv4 lan_address;
  Prefix lan_network;
  std::vector<Ipv4> relays;
  std::vector<Prefix> direct_prefixes;   ///< public pools whose identities are ours on the WAN
  std::vector<Prefix> announced_blocks;  ///< the provider's, ours on the LAN: a concentrator's
  config::TunnelBlocks tunnel_blocks;    ///< the provider's that are behind us: a gateway's
  std::vector<Route> routes;             ///< of both sides, the longest prefix first
  std::vector<Router> routers;           ///< each once
  std::uint32_t phones = 0;  ///< as many as there can be at once, the static ones included

  /// kNoTunnel: no tunnel holds all of this range.
  [[nodiscard]] TunnelIndex tunnel_of(Ipv4 tunnel_address, PortRange range) const noexcept;
  [[nodiscard]] std::optional<std::size_t> class_named(std::string_view name) const;
  /// Its place in every worker's next-hop table: known before anybody has asked for it.
  [[nodiscard]] HopIndex hop_of(Side side, Ipv4 router) const;
  /// Next router towards an address that is not on the link.
  [[nodiscard]] std::optional<Ipv4> router_towards(Side side, Ipv4 destination) const;
};

[[nodiscard]] Result<Plan> make_plan(const config::Config& config,
                                     const config::Tunnels& tunnels = {});

/// What every worker's bindings must cover.
[[nodiscard]] nappt::Shape bindings_shape(const Plan& plan);

}  // namespace portico::gateway
