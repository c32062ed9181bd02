// SPDX-License-Identifier: BSD-3-Clause
#include "management/tunnel_rows.hpp"

#include <chrono>

namespace portico::management {
namespace {

using Entry = gateway::Tunnels::Entry;
constexpr auto kUnlimited = tunnel::Allowance{}.octets;

TunnelState state_of(const Entry& entry) {
  if (entry.record.encapsulation == tunnel::Encapsulation::Ipip) return TunnelState::Up;
  if (entry.sending == nullptr) return TunnelState::Down;
  return entry.sending->waits_for_store() ? TunnelState::Waits : TunnelState::Up;
}

void add_sending(const tunnel::SaSet& set, std::uint64_t most_octets, TunnelRow& row) {
  const auto senders = set.senders();
  for (std::uint32_t i = 0; i < senders.size(); ++i) {
    const auto standing = set.standing_of(i);
    SendingSaRow sa{.keys = set.key(),
                    .spi = senders[i].spi,
                    .next = senders[i].next.value(),
                    .reserved = standing.reserved,
                    .last = senders[i].most,
                    .octets = standing.octets,
                    .most_octets = std::nullopt,
                    .since = std::nullopt};
    if (most_octets != kUnlimited) sa.most_octets = most_octets;
    if (standing.since != WallTime{}) sa.since = standing.since;
    row.sending.push_back(std::move(sa));
  }
}

void add_receiving(const tunnel::SaSet& set, TunnelRow& row) {
  row.takes.push_back(set.key());
  for (const auto& sa : set.receivers())
    row.receiving.push_back({set.key(), sa->spi, sa->owner, sa->seen.top(), sa->seen.size()});
}

void add_counters(const tunnel::Counters& counters, stats::GroupReading& sum) {
  for (std::size_t i = 0; i < sum.fields.size(); ++i)
    sum.fields[i].value += (counters.*tunnel::kCounters.fields[i].member).value();
}

stats::GroupReading no_counts() {
  stats::GroupReading reading{tunnel::kCounters.name, {}};
  for (const auto& field : tunnel::kCounters.fields)
    reading.fields.push_back({field.name, field.help, 0});
  return reading;
}

/// Why nothing goes through it; nothing: all goes.
std::optional<std::string> stop_of(const Entry& entry) {
  switch (state_of(entry)) {
    case TunnelState::Up:
      break;
    case TunnelState::Waits:
      return "nothing is sent, for no sequence numbers are reserved on the disk";
    case TunnelState::Down:
      return "it is down: " + (entry.problem ? entry.problem->what : "it has no keys");
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(TunnelState state) noexcept {
  switch (state) {
    case TunnelState::Up:
      return "up";
    case TunnelState::Waits:
      return "waits_for_reservation";
    case TunnelState::Down:
      return "down";
  }
  return "unknown";
}

TunnelRow row_of(const Entry& entry, const TunnelSight& sight, Time now) {
  TunnelRow row;
  row.index = entry.index;
  row.record = entry.record;
  row.state = state_of(entry);
  if (entry.problem) row.problem = to_string(*entry.problem);
  row.path_mtu = sight.tunnels.path_mtu(entry);
  if (entry.path) {
    row.peer = {entry.path->path.peer, entry.path->path.port};
    row.inner_mtu = entry.path->path.inner_mtu;
  }
  if (entry.sending != nullptr) {
    row.sends_by = entry.sending->key();
    add_sending(*entry.sending, sight.tunnels.settings().allowance.octets, row);
  }
  for (const auto& set : entry.sets) add_receiving(*set, row);
  row.counters = no_counts();
  for (const auto& tables : sight.workers)
    add_counters((*tables.tunnels)[entry.index].counters, row.counters);
  if (const auto heard = sight.watch.heard(entry.record.name))
    row.heard_s = std::chrono::floor<std::chrono::seconds>(now - *heard).count();
  return row;
}

stats::GroupReading tunnel_totals(AllTunnelTables workers) {
  auto sum = no_counts();
  for (const auto& tables : workers)
    for (TunnelIndex i = kNoTunnel; i < tables.tunnels->capacity(); ++i)
      add_counters((*tables.tunnels)[i].counters, sum);
  return sum;
}

void add_tunnel_health(const TunnelSight& sight, const std::optional<Error>& trouble, Time now,
                       Health& health) {
  if (trouble) health.reasons.push_back("the store of SAs does not write: " + to_string(*trouble));
  for (const auto& entry : sight.tunnels.entries()) {
    const auto name = "tunnel " + entry->record.name + ": ";
    if (const auto why = stop_of(*entry))
      health.reasons.push_back(name + *why);
    else if (entry->problem)
      health.warnings.push_back(name + "its new keys are not taken: " + entry->problem->what);
    if (sight.watch.is_unanswered(entry->record.name, now))
      health.warnings.push_back(name + "nothing came from " + to_string(entry->path->path.peer) +
                                " for a minute, while we send");
  }
  const auto& loaded = sight.tunnels.loaded();
  for (const auto& sentence : {loaded.distrust, loaded.notice})
    if (sentence) health.warnings.push_back(*sentence);
}

}  // namespace portico::management
