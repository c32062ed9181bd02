// SPDX-License-Identifier: BSD-3-Clause
#include "config/tunnels.hpp"

#include "config/place.hpp"
#include "config/problems.hpp"
#include "config/tunnel_keys.hpp"
#include "config/tunnel_records.hpp"
#include "config/validate_records.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace portico::config {
namespace {

bool is_ours(const tunnel::Record& record, Ipv4 address) {
  return record.gateway == address || record.concentrator == address;
}

void check_names(const std::vector<PlacedRecord>& records, FileProblems& problems) {
  std::map<std::string_view, std::size_t> lines;
  for (const auto& [record, line] : records) {
    const auto [at, is_new] = lines.emplace(record.name, line);
    problems.add_if(
        !is_new, line, "/name",
        in_quotes(record.name) + " is the name of line " + std::to_string(at->second) + " already");
  }
}

void check_lengths(const PlacedRecord& placed, const PlacedKeys& keys, FileProblems& problems) {
  const auto& record = placed.record;
  const auto& sizes = tunnel::sizes_of(record.algorithm);
  const auto wanted = tunnel::key_material(record.algorithm);
  const auto check = [&](const std::vector<Secret>& secrets, const std::string& place) {
    problems.add_if(secrets.size() < record.sas, keys.line, place,
                    "holds " + std::to_string(secrets.size()) + " keys, tunnel " +
                        in_quotes(record.name) + " has " + std::to_string(record.sas) + " SAs");
    for (std::size_t i = 0; i < secrets.size(); ++i)
      problems.add_if(secrets[i].size() != wanted, keys.line, under(place, i),
                      "must be " + std::to_string(wanted) + " octets for " +
                          std::string{sizes.name} + ", is " + std::to_string(secrets[i].size()));
  };
  check(keys.keys.out, "/out");
  check(keys.keys.in, "/in");
}

/// Each set is one tunnel's, of this end or another, and each tunnel of this end has its own.
void check_keys(const std::vector<PlacedRecord>& ours, const std::set<std::string>& known,
                const std::vector<PlacedKeys>& sets, FileProblems& of_records,
                FileProblems& of_keys) {
  std::map<std::string_view, const PlacedKeys*> by_name;
  for (const auto& set : sets) by_name.emplace(set.keys.name, &set);
  std::map<std::string_view, std::string_view> users;
  for (const auto& placed : ours) {
    const auto& record = placed.record;
    if (record.key.empty()) continue;
    const auto [user, is_new] = users.emplace(record.key, record.name);
    of_records.add_if(
        !is_new, placed.line, "/key",
        in_quotes(record.key) + " is tunnel " + in_quotes(user->second) + "'s already");
    if (const auto at = by_name.find(record.key); at != by_name.end())
      check_lengths(placed, *at->second, of_keys);
    else
      of_records.add(placed.line, "/key",
                     "tunnel.keys has none by the name " + in_quotes(record.key));
  }
  for (const auto& set : sets)
    of_keys.add_if(!known.contains(set.keys.name), set.line, "/name", "is the key of no tunnel");
}

std::vector<tunnel::KeySet> keys_of(const std::vector<tunnel::Record>& records,
                                    std::vector<PlacedKeys>& sets) {
  std::map<std::string_view, tunnel::KeySet*> by_name;
  for (auto& set : sets) by_name.emplace(set.keys.name, &set.keys);
  std::vector<tunnel::KeySet> keys(records.size());
  for (std::size_t i = 0; i < records.size(); ++i)
    if (const auto at = by_name.find(records[i].key); at != by_name.end())
      keys[i] = std::move(*by_name.extract(at).mapped());
  return keys;
}

/// While new keys follow old ones there are twice as many SAs.
void check_room(const Config& config, const std::vector<PlacedRecord>& ours, Problems& problems) {
  std::size_t wanted = 0;
  for (const auto& placed : ours)
    if (placed.record.encapsulation == tunnel::Encapsulation::Esp) wanted += 2 * placed.record.sas;
  const auto capacity = (wanted + tunnel::kSasATunnel - 1) / tunnel::kSasATunnel;
  problems.add_if(capacity > config.tunnel.capacity, "/tunnel/capacity",
                  "must be at least " + std::to_string(capacity) + " for the tunnels' SAs");
}

/// The largest range that a class or a static phone takes from this pool; 0: nobody uses it.
std::uint32_t widest_of(const Config& config, const PublicPool& pool) {
  std::uint32_t widest = 0;
  for (const auto& c : config.phones.classes)
    if (c.tunnel_pool == pool.name) widest = std::max(widest, c.ports);
  for (const auto& phone : config.phones.statics)
    if (phone.tunnel_address && pool.addresses.contains(*phone.tunnel_address))
      widest = std::max(widest, phone.ports);
  return widest;
}

/// What every pool of tunnel identities may grant lies behind one of our tunnels.
void check_pools(const Config& config, Tunnels& tunnels, Problems& problems) {
  const auto& pools = config.pools.public_pools;
  tunnels.outside.resize(pools.size());
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const auto widest = widest_of(config, pools[i]);
    if (widest == 0) continue;
    auto outside = ports_outside(tunnels.blocks, pools[i].addresses, widest);
    if (outside)
      tunnels.outside[i] = std::move(*outside);
    else
      problems.add(under("/pools/public", i) + "/addresses", outside.error().what);
  }
}

void check_phones(const Config& config, const Tunnels& tunnels, Problems& problems) {
  const auto& pools = config.pools.public_pools;
  for (std::size_t i = 0; i < config.phones.classes.size(); ++i) {
    const auto& c = config.phones.classes[i];
    auto reserved = config.phones.reserved_ports;
    for (std::size_t p = 0; p < pools.size(); ++p)
      if (pools[p].name == c.tunnel_pool || pools[p].name == c.public_pool) {
        reserved.insert(reserved.end(), pools[p].reserved.begin(), pools[p].reserved.end());
        const auto& outside = tunnels.outside[p];
        reserved.insert(reserved.end(), outside.begin(), outside.end());
      }
    problems.add_if(!c.tunnel_pool.empty() && !ports::fits(c.ports, reserved),
                    under("/phones/classes", i) + "/ports",
                    "no range of " + std::to_string(c.ports) + " ports is behind a tunnel");
  }
  for (std::size_t i = 0; i < config.phones.statics.size(); ++i) {
    const auto& phone = config.phones.statics[i];
    const PortRange range{phone.first_port, static_cast<std::uint16_t>(phone.ports)};
    problems.add_if(phone.tunnel_address && !tunnels.blocks.tunnel_of(*phone.tunnel_address, range),
                    under("/phones/static", i) + "/first_port",
                    "its range is not behind one tunnel");
  }
}

/// A server that no tunnel leads to would be cut off, not reached directly.
void check_servers(const Config& config, const Tunnels& tunnels, Problems& problems) {
  const auto& servers = config.tunnel.signalling.servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const bool reached = std::ranges::any_of(tunnels.records, [&](const tunnel::Record& record) {
      return std::ranges::any_of(record.remote, [&](Prefix remote) {
        return remote.length <= servers[i].length && remote.contains(servers[i].base);
      });
    });
    problems.add_if(!reached, under("/tunnel/signalling/servers", i),
                    to_string(servers[i]) + " is in no tunnel's remote networks");
  }
}

void append(std::vector<Error>& errors, std::vector<Error> more) {
  std::ranges::move(more, std::back_inserter(errors));
}

}  // namespace

Tunnels read_tunnels(const Config& config, std::string_view records, std::string_view keys) {
  Tunnels tunnels;
  FileProblems of_records{config.tunnel.file};
  FileProblems of_keys{config.tunnel.keys};
  auto all = read_records(records, of_records);
  auto sets = read_keys(keys, of_keys);
  check_names(all, of_records);
  std::set<std::string> known_keys;
  for (const auto& placed : all) known_keys.insert(placed.record.key);
  const auto in_file = all.size();
  std::erase_if(all, [&](const PlacedRecord& placed) {
    return !is_ours(placed.record, config.wan.address.address);
  });
  tunnels.others = in_file - all.size();
  check_records(config, all, of_records);
  // Of what could not be read nothing more is said: it would mislead.
  if (of_records.none() && of_keys.none()) check_keys(all, known_keys, sets, of_records, of_keys);
  Problems problems;
  problems.add_if(all.size() > config.tunnel.capacity, "/tunnel/capacity",
                  "must be at least " + std::to_string(all.size()) + ", as many as there are");
  check_room(config, all, problems);
  for (auto& placed : all) tunnels.records.push_back(std::move(placed.record));
  tunnels.keys = keys_of(tunnels.records, sets);
  if (config.role == Role::Gateway && of_records.none()) {
    tunnels.blocks = TunnelBlocks{tunnels.records};
    check_pools(config, tunnels, problems);
    check_phones(config, tunnels, problems);
    check_servers(config, tunnels, problems);
  }
  append(tunnels.errors, std::move(of_records).take());
  append(tunnels.errors, std::move(of_keys).take());
  append(tunnels.errors, std::move(problems).take());
  return tunnels;
}

}  // namespace portico::config
