// SPDX-License-Identifier: BSD-3-Clause
// Pools: what they hold, that they do not overlap, and that a phone finds room in them.
#include "config/derived.hpp"
#include "config/place.hpp"
#include "config/problems.hpp"

#include <algorithm>

namespace portico::config {
namespace {

// What the allocator's indexes are made for (lib/ports).
constexpr std::uint8_t kShortestPrivate = 8;
constexpr std::uint8_t kShortestPublic = 10;

void check_bounds(const PrivatePool& pool, const std::string& place, Problems& problems) {
  const auto check = [&](const std::optional<Ipv4>& bound, std::string_view key) {
    problems.add_if(bound && !is_usable_in(pool.network, *bound), under(place, key),
                    "must be a host of " + to_string(pool.network));
  };
  check(pool.first, "first");
  check(pool.last, "last");
}

void check_room(const PrivatePool& pool, const std::vector<Ipv4>& taken, const std::string& place,
                Problems& problems) {
  const auto span = leasable(pool);
  if (span.is_empty())
    return problems.add(place + "/network", "has no address from first to last for a phone");
  const auto lost =
      std::count_if(taken.begin(), taken.end(), [&](Ipv4 a) { return span.contains(a); });
  const auto addresses = std::uint64_t{span.last.bits} - span.first.bits + 1;
  problems.add_if(
      static_cast<std::uint64_t>(lost) >= addresses, place + "/network",
      "has no address for a phone: all are the gateway's, routers' or of phones.static");
}

/// How the phones are reached, and how they reach us.
void check_path(const PrivatePool& pool, const Network& lan, const std::string& place,
                Problems& problems) {
  const auto link = lan.address.network();
  const auto name = to_string(pool.network);
  if (link.length == 0 || pool.network.length == 0) return;  // could not be read: see overlap()
  if (is_attached(pool, lan)) {
    problems.add_if(pool.via.has_value(), place + "/via",
                    "must not be given: " + name + " is on the LAN's link");
  } else if (overlap(pool.network, link)) {
    problems.add(place + "/network", name + " is larger than the LAN's " + to_string(link));
  } else if (!pool.via) {
    problems.add(place + "/via", "is missing: " + name + " is not on the LAN's link");
  } else if (!is_usable_in(link, *pool.via) || *pool.via == lan.address.address) {
    problems.add(place + "/via", to_string(*pool.via) + " is not a router on the LAN's link");
  }
  const auto router = router_of(pool, lan);
  problems.add_if(router && !is_usable_in(pool.network, *router), place + "/router",
                  "must be set: phones of " + name + " cannot reach " +
                      (router ? to_string(*router) : std::string{}) + " outside it");
}

void check_private(const Config& config, std::size_t index, const std::vector<Ipv4>& taken,
                   Problems& problems) {
  const auto& pools = config.pools.private_pools;
  const auto& pool = pools[index];
  const auto place = under("/pools/private", index);
  const auto network = place + "/network";
  problems.add_if(pool.network.length < kShortestPrivate, network, "must be a /8 or smaller");
  problems.add_if(!is_host_address(pool.network.base), network, "must be of hosts' addresses");
  problems.add_if(overlap(pool.network, config.wan.address.network()), network,
                  to_string(pool.network) + " overlaps the WAN's network");
  for (std::size_t other = 0; other < index; ++other)
    problems.add_if(overlap(pool.network, pools[other].network), network,
                    to_string(pool.network) + " overlaps pool " + in_quotes(pools[other].name));
  check_bounds(pool, place, problems);
  check_room(pool, taken, place, problems);
  check_path(pool, config.lan, place, problems);
}

void check_spans(const std::vector<PortSpan>& spans, const std::string& place, Problems& problems) {
  for (std::size_t i = 0; i < spans.size(); ++i)
    problems.add_if(spans[i].last < spans[i].first, under(place, i) + "/last",
                    "must not be below first");
}

void check_public(const Config& config, std::size_t index, Problems& problems) {
  const auto& pools = config.pools.public_pools;
  const auto& pool = pools[index];
  const auto place = under("/pools/public", index);
  const auto where = place + "/addresses";
  const auto name = to_string(pool.addresses);
  problems.add_if(pool.addresses.length < kShortestPublic, where, "must be a /10 or smaller");
  problems.add_if(!is_host_address(pool.addresses.base), where, "must be of hosts' addresses");
  problems.add_if(overlap(pool.addresses, config.lan.address.network()), where,
                  name + " overlaps the LAN's network");
  for (const auto& other : config.pools.private_pools)
    problems.add_if(overlap(pool.addresses, other.network), where,
                    name + " overlaps private pool " + in_quotes(other.name));
  for (std::size_t other = 0; other < index; ++other)
    problems.add_if(overlap(pool.addresses, pools[other].addresses), where,
                    name + " overlaps pool " + in_quotes(pools[other].name));
  check_not_on_link(config.wan, "WAN", pool.addresses, where, problems);
  check_spans(pool.reserved, place + "/reserved", problems);
}

}  // namespace

void check_private_pools(const Config& config, Problems& problems) {
  const auto taken = never_leased(config);
  NamesSeen names;
  for (std::size_t i = 0; i < config.pools.private_pools.size(); ++i) {
    names.check(problems, config.pools.private_pools[i].name, under("/pools/private", i));
    check_private(config, i, taken, problems);
  }
}

void check_public_pools(const Config& config, Problems& problems) {
  check_spans(config.phones.reserved_ports, "/phones/reserved_ports", problems);
  NamesSeen names;
  for (std::size_t i = 0; i < config.pools.public_pools.size(); ++i) {
    names.check(problems, config.pools.public_pools[i].name, under("/pools/public", i));
    check_public(config, i, problems);
  }
}

}  // namespace portico::config
