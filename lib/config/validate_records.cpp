// SPDX-License-Identifier: BSD-3-Clause
#include "config/validate_records.hpp"

#include "config/names.hpp"
#include "config/place.hpp"
#include "config/problems.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace portico::config {
namespace {

/// Networks that are no tunnel's other side, each with what it is.
struct Named {
  Prefix prefix;
  std::string what;
};

std::vector<Named> networks_of(const Config& config) {
  std::vector<Named> all{{config.wan.address.network(), "the WAN's network"}};
  // A concentrator's LAN is the provider's network: just where the tunnels lead to.
  if (config.role == Role::Concentrator) return all;
  all.push_back({config.lan.address.network(), "the LAN's network"});
  for (const auto& pool : config.pools.private_pools)
    all.push_back({pool.network, "private pool " + in_quotes(pool.name)});
  return all;
}

void check_ends(const Config& config, const PlacedRecord& placed, FileProblems& problems) {
  const auto& record = placed.record;
  const auto ours = config.wan.address.address;
  const bool at_gateway = config.role == Role::Gateway;
  const std::string_view wrong_key = at_gateway ? "concentrator" : "gateway";
  const auto other = at_gateway ? record.concentrator : record.gateway;
  if (other == ours)
    return problems.add(
        placed.line, under("", wrong_key),
        to_string(ours) + " is our own address, and we are a " + std::string{name_of(config.role)});
  problems.add_if(
      other == config.lan.address.address || overlap(config.lan.address.network(), {other, 32}),
      placed.line, under("", wrong_key), to_string(other) + " is in the LAN's network");
  for (std::size_t i = 0; i < record.blocks.size(); ++i)
    problems.add_if(record.blocks[i].address == config.lan.address.address, placed.line,
                    under("/blocks", i) + "/address",
                    to_string(config.lan.address.address) + " is our own address");
  const auto mtu = find_named(config.ports, config.wan.port)->mtu;
  problems.add_if(record.mtu > mtu, placed.line, "/mtu",
                  "must not be more than the WAN port's " + std::to_string(mtu));
}

void check_remote(const std::vector<Named>& networks, const PlacedRecord& placed,
                  FileProblems& problems) {
  for (std::size_t i = 0; i < placed.record.remote.size(); ++i)
    for (const auto& network : networks)
      problems.add_if(placed.record.remote[i].overlaps(network.prefix), placed.line,
                      under("/remote", i),
                      to_string(placed.record.remote[i]) + " overlaps " + network.what);
}

/// Where a phone's packets go must not hang on which of two tunnels is asked first. At the
/// concentrator they come from there, and every tunnel leads to the same network.
void check_remotes_apart(std::span<const PlacedRecord> ours, FileProblems& problems) {
  struct Remote {
    Prefix prefix;
    std::size_t line = 0;
    std::size_t index = 0;
    std::string_view name;
  };
  std::vector<Remote> all;
  for (const auto& [record, line] : ours)
    for (std::size_t i = 0; i < record.remote.size(); ++i)
      all.push_back({record.remote[i], line, i, record.name});
  std::ranges::stable_sort(all, {}, &Remote::prefix);
  // In this order what a prefix holds follows it at once.
  const Remote* outer = nullptr;
  for (const auto& remote : all) {
    if (outer && outer->prefix.contains(remote.prefix.base) && outer->line != remote.line)
      problems.add(remote.line, under("/remote", remote.index),
                   to_string(remote.prefix) + " overlaps tunnel " + in_quotes(outer->name) + "'s " +
                       to_string(outer->prefix));
    else
      outer = &remote;
  }
}

/// Of runs sorted by whom they belong to and where they begin: each that overlaps one before it.
template <class Run, class Refuse>
void check_apart(std::vector<Run>& runs, Refuse refuse) {
  std::ranges::stable_sort(runs, [](const Run& a, const Run& b) {
    return std::tie(a.of, a.first) < std::tie(b.of, b.first);
  });
  const Run* longest = nullptr;
  for (const auto& run : runs) {
    if (longest && longest->of == run.of && run.first <= longest->last) refuse(run, *longest);
    if (!longest || longest->of != run.of || run.last > longest->last) longest = &run;
  }
}

struct Run {
  Ipv4 of;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::size_t line = 0;
  std::string place;
  std::string_view name;
};

/// A received packet's SA is found by its SPI, at either end.
void check_spis(std::span<const PlacedRecord> ours, FileProblems& problems) {
  std::vector<Run> runs;
  for (const auto& [record, line] : ours) {
    if (record.encapsulation != tunnel::Encapsulation::Esp) continue;
    const auto more = record.sas - 1;
    runs.push_back({record.concentrator, record.spi_out, record.spi_out + more, line, "/spi_out",
                    record.name});
    runs.push_back(
        {record.gateway, record.spi_in, record.spi_in + more, line, "/spi_in", record.name});
  }
  check_apart(runs, [&](const Run& run, const Run& other) {
    problems.add(run.line, run.place,
                 "SPIs " + std::to_string(run.first) + " to " + std::to_string(run.last) +
                     " overlap those of tunnel " + in_quotes(other.name));
  });
}

void check_blocks_apart(std::span<const PlacedRecord> ours, FileProblems& problems) {
  std::vector<Run> runs;
  for (const auto& [record, line] : ours)
    for (std::size_t i = 0; i < record.blocks.size(); ++i)
      runs.push_back({record.blocks[i].address, record.blocks[i].first, record.blocks[i].last, line,
                      under("/blocks", i), record.name});
  check_apart(runs, [&](const Run& run, const Run& other) {
    problems.add(run.line, run.place,
                 "ports " + std::to_string(run.first) + " to " + std::to_string(run.last) + " of " +
                     to_string(run.of) + " overlap a block of tunnel " + in_quotes(other.name));
  });
}

/// The concentrator's index is by granule.
void check_granules(const Config& config, const PlacedRecord& placed, FileProblems& problems) {
  for (std::size_t i = 0; i < placed.record.blocks.size(); ++i) {
    const auto& block = placed.record.blocks[i];
    const auto place = under("/blocks", i);
    const auto& known = config.tunnel.blocks;
    const auto at = std::ranges::find_if(
        known, [&](const TunnelBlock& b) { return b.addresses.contains(block.address); });
    if (at == known.end()) {
      problems.add(placed.line, place + "/address",
                   to_string(block.address) + " is in none of tunnel.blocks");
      continue;
    }
    const auto granule = std::to_string(at->granule);
    problems.add_if(block.first % at->granule != 0, placed.line, place + "/first",
                    "must be a multiple of the granule, " + granule);
    problems.add_if((block.last + std::uint32_t{1}) % at->granule != 0, placed.line,
                    place + "/last",
                    "must be the last before a multiple of the granule, " + granule);
  }
}

}  // namespace

void check_records(const Config& config, std::span<const PlacedRecord> ours,
                   FileProblems& problems) {
  const auto networks = networks_of(config);
  for (const auto& placed : ours) {
    check_ends(config, placed, problems);
    check_remote(networks, placed, problems);
    if (config.role == Role::Concentrator) check_granules(config, placed, problems);
  }
  if (config.role == Role::Gateway) check_remotes_apart(ours, problems);
  check_spis(ours, problems);
  check_blocks_apart(ours, problems);
}

}  // namespace portico::config
