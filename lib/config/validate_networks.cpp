// SPDX-License-Identifier: BSD-3-Clause
// The two sides, and the routers on their links.
#include "config/place.hpp"
#include "config/problems.hpp"

namespace portico::config {
namespace {

void check_router(const Network& side, Ipv4 router, const std::string& where, Problems& problems) {
  const auto network = side.address.network();
  problems.add_if(!is_usable_in(network, router), where,
                  to_string(router) + " is not a host of the link's network " + to_string(network));
  problems.add_if(router == side.address.address, where,
                  to_string(router) + " is the gateway's own address");
}

void check_side(const Config& config, const Network& side, const std::string& place,
                Problems& problems) {
  const auto network = side.address.network();
  problems.add_if(!find_named(config.ports, side.port), place + "/port",
                  in_quotes(side.port) + " is not the name of a port");
  problems.add_if(
      !is_host_address(side.address.address) || !is_usable_in(network, side.address.address),
      place + "/address", to_string(side.address) + " is not a host's address");
  problems.add_if(network.length < 8 || network.length > 31, place + "/address",
                  "must have a network of /8 to /31");
  if (side.router) check_router(side, *side.router, place + "/router", problems);
  for (std::size_t i = 0; i < side.routes.size(); ++i)
    check_router(side, side.routes[i].via, under(place + "/routes", i) + "/via", problems);
}

/// A prefix leads one way only, and never away from the link that it is on.
void check_routes(const Config& config, Problems& problems) {
  std::set<Prefix> known;
  const auto check = [&](const Network& side, const std::string& place) {
    for (std::size_t i = 0; i < side.routes.size(); ++i) {
      const auto prefix = side.routes[i].prefix;
      const auto where = under(place + "/routes", i) + "/prefix";
      problems.add_if(!known.insert(prefix).second, where,
                      to_string(prefix) + " has a route already");
      problems.add_if(
          prefix == config.lan.address.network() || prefix == config.wan.address.network(), where,
          to_string(prefix) + " is a port's own network");
    }
  };
  check(config.lan, "/lan");
  check(config.wan, "/wan");
}

}  // namespace

void check_not_on_link(const Network& side, std::string_view name, Prefix addresses,
                       const std::string& where, Problems& problems) {
  const std::string link_name{name};
  const auto refuse = [&](Ipv4 a, const std::string& whose) {
    problems.add_if(addresses.contains(a), where, "holds " + to_string(a) + ", " + whose);
  };
  refuse(side.address.address, "our own address on the " + link_name);
  if (side.router) refuse(*side.router, "the router of the " + link_name);
  for (const auto& route : side.routes) refuse(route.via, "a router of the " + link_name);
  const auto link = side.address.network();
  if (link.length >= 31) return;
  refuse(link.first(), "the network address of the " + link_name);
  refuse(link.last(), "the broadcast address of the " + link_name);
}

void check_networks(const Config& config, Problems& problems) {
  check_side(config, config.lan, "/lan", problems);
  check_side(config, config.wan, "/wan", problems);
  problems.add_if(!config.lan.port.empty() && config.lan.port == config.wan.port, "/wan/port",
                  in_quotes(config.wan.port) + " is lan.port already");
  const auto lan = config.lan.address.network();
  const auto wan = config.wan.address.network();
  problems.add_if(overlap(lan, wan), "/wan/address",
                  "network " + to_string(wan) + " overlaps the LAN's " + to_string(lan));
  check_routes(config, problems);
  for (std::size_t i = 0; i < config.lan.relays.size(); ++i)
    problems.add_if(!is_host_address(config.lan.relays[i]), under("/lan/relays", i),
                    to_string(config.lan.relays[i]) + " is not a host's address");
}

}  // namespace portico::config
