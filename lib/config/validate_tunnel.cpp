// SPDX-License-Identifier: BSD-3-Clause
// "tunnel": what it says by itself, and who needs it. What the tunnels' files say: tunnels.hpp.
#include "config/place.hpp"
#include "config/problems.hpp"

#include <bit>

namespace portico::config {
namespace {

/// A warning that comes with the end, or behind it, warns of nothing.
void check_lifetimes(const Tunnel& tunnel, Problems& problems) {
  const auto check = [&](std::uint64_t soft, std::uint64_t hard, std::string_view key) {
    problems.add_if(hard > 0 && soft >= hard, under("/tunnel/soft", key),
                    "must be less than tunnel.hard's " + std::to_string(hard));
  };
  check(tunnel.soft.seconds, tunnel.hard.seconds, "seconds");
  check(tunnel.soft.packets, tunnel.hard.packets, "packets");
  check(tunnel.soft.octets, tunnel.hard.octets, "octets");
}

/// A phone whose packets have no tunnel to go through would never be heard.
void check_users(const Config& config, Problems& problems) {
  const bool none = config.tunnel.file.empty();
  bool signalling = false;
  for (std::size_t i = 0; i < config.phones.classes.size(); ++i) {
    const auto uses = config.phones.classes[i].uses;
    signalling = signalling || uses == Uses::Signalling;
    problems.add_if(uses != Uses::Direct && none, under("/phones/classes", i) + "/uses",
                    "needs a tunnel: tunnel.file is empty");
  }
  for (std::size_t i = 0; i < config.phones.statics.size(); ++i)
    problems.add_if(config.phones.statics[i].tunnel_address && none,
                    under("/phones/static", i) + "/tunnel_address",
                    "needs a tunnel: tunnel.file is empty");
  const auto& what = config.tunnel.signalling;
  problems.add_if(signalling && what.servers.empty(), "/tunnel/signalling/servers",
                  "is missing: a class uses signalling");
  problems.add_if(signalling && what.ports.empty(), "/tunnel/signalling/ports",
                  "must name at least one port");
}

void check_block(const Config& config, std::size_t index, Problems& problems) {
  // What the concentrator's index is made for, as that of a gateway's pools.
  constexpr std::uint8_t kShortest = 10;
  const auto& blocks = config.tunnel.blocks;
  const auto& block = blocks[index];
  const auto place = under("/tunnel/blocks", index);
  const auto where = place + "/addresses";
  const auto name = to_string(block.addresses);
  const auto link = config.lan.address.network();
  problems.add_if(block.addresses.length < kShortest, where, "must be a /10 or smaller");
  problems.add_if(!is_host_address(block.addresses.base), where, "must be of hosts' addresses");
  problems.add_if(overlap(block.addresses, config.wan.address.network()), where,
                  name + " overlaps the WAN's network");
  for (std::size_t other = 0; other < index; ++other)
    problems.add_if(overlap(block.addresses, blocks[other].addresses), where,
                    name + " overlaps " + to_string(blocks[other].addresses));
  check_not_on_link(config.lan, "LAN", block.addresses, where, problems);
  problems.add_if(!std::has_single_bit(block.granule), place + "/granule",
                  "must be a power of two, is " + std::to_string(block.granule));
  problems.add_if(block.announce == Announce::Route && overlap(block.addresses, link),
                  place + "/announce",
                  "must be \"arp\": neighbours look for " + name + " on the LAN's link");
}

void check_concentrator(const Config& config, Problems& problems) {
  problems.add_if(config.tunnel.file.empty(), "/tunnel/file",
                  "is missing: a concentrator is where tunnels end");
  problems.add_if(config.tunnel.blocks.empty(), "/tunnel/blocks",
                  "is missing: the addresses that the gateways' phones are seen by");
  for (std::size_t i = 0; i < config.tunnel.blocks.size(); ++i) check_block(config, i, problems);
}

}  // namespace

void check_tunnel(const Config& config, Problems& problems) {
  const auto& tunnel = config.tunnel;
  problems.add_if(tunnel.file.empty() && !tunnel.keys.empty(), "/tunnel/keys",
                  "must not be given without tunnel.file");
  problems.add_if(tunnel.store.empty(), "/tunnel/store", "must not be empty");
  problems.add_if(!std::has_single_bit(tunnel.replay_window), "/tunnel/replay_window",
                  "must be a power of two, is " + std::to_string(tunnel.replay_window));
  check_lifetimes(tunnel, problems);
  check_users(config, problems);
  if (config.role == Role::Concentrator) check_concentrator(config, problems);
}

}  // namespace portico::config
