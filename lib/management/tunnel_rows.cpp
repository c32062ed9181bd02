// SPDX-License-Identifier: BSD-3-Clause
#include "management/tunnel_rows.hpp"

#include <chrono>

namespace portico::management {
namespace {

using Entry = gateway::Tunnels::Entry;

bool has_newer_keys(const Entry& entry) { return entry.sending != entry.sets.back().get(); }

TunnelState state_of(const Entry& entry) {
  if (entry.record.encapsulation == tunnel::Encapsulation::Ipip) return TunnelState::Up;
  if (entry.wear.hard) return TunnelState::Exhausted;
  if (entry.sending == nullptr) return TunnelState::Down;
  if (entry.sending->waits_for_store()) return TunnelState::Waits;
  return entry.wear.soft && !has_newer_keys(entry) ? TunnelState::Expiring : TunnelState::Up;
}

std::optional<tunnel::Limit> limit_of(const Entry& entry) {
  switch (state_of(entry)) {
    case TunnelState::Exhausted:
      return entry.wear.hard;
    case TunnelState::Expiring:
      return entry.wear.soft;
    case TunnelState::Up:
    case TunnelState::Waits:
    case TunnelState::Down:
      break;
  }
  return std::nullopt;
}

constexpr tunnel::Allowance kUnlimited{};

std::optional<std::uint64_t> most_octets_of(const tunnel::Allowance& most) {
  return most.octets == kUnlimited.octets ? std::nullopt : std::optional{most.octets};
}

void add_sending(const tunnel::SaSet& set, const tunnel::Allowance& most, TunnelRow& row) {
  const auto senders = set.senders();
  for (std::uint32_t i = 0; i < senders.size(); ++i) {
    const auto standing = set.standing_of(i);
    SendingSaRow sa{.keys = set.key(),
                    .spi = senders[i].spi,
                    .next = senders[i].next.value(),
                    .reserved = standing.reserved,
                    .last = senders[i].most,
                    .octets = standing.octets,
                    .most_octets = most_octets_of(most),
                    .since = standing.since,
                    .most_s = std::nullopt};
    if (most.time != kUnlimited.time)
      sa.most_s = std::chrono::floor<std::chrono::seconds>(most.time).count();
    row.sending.push_back(std::move(sa));
  }
}

void add_receiving(const tunnel::SaSet& set, const tunnel::Allowance& most, TunnelRow& row) {
  row.takes.push_back(set.key());
  const auto receivers = set.receivers();
  for (std::uint32_t i = 0; i < receivers.size(); ++i) {
    const auto& sa = *receivers[i];
    row.receiving.push_back({set.key(), sa.spi, sa.owner, sa.seen.top(), sa.seen.size(),
                             set.octets_taken(i), most_octets_of(most)});
  }
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

/// What is sent by, or was until it ended.
const std::string& keys_of(const Entry& entry) {
  return entry.sending == nullptr ? entry.record.key : entry.sending->key();
}

/// Why packets for it are dropped; nothing: all go.
std::optional<std::string> stop_of(const Entry& entry) {
  switch (state_of(entry)) {
    case TunnelState::Up:
    case TunnelState::Expiring:
      break;
    case TunnelState::Exhausted:
      return "it is exhausted: its keys " + keys_of(entry) + " are used up by " +
             std::string{name_of(*entry.wear.hard)} + ": it needs new ones";
    case TunnelState::Waits:
      return "it waits: nothing is sent, for no sequence numbers are reserved on the disk";
    case TunnelState::Down:
      return "it is down: " + (entry.problem ? entry.problem->what : "it has no keys");
  }
  return std::nullopt;
}

/// What is to be mended before it stops.
std::optional<std::string> warning_of(const Entry& entry) {
  if (entry.problem && entry.sending != nullptr)
    return "its new keys are not taken: " + entry.problem->what;
  if (state_of(entry) == TunnelState::Expiring)
    return "it is expiring: its keys " + keys_of(entry) + " are used up soon, by " +
           std::string{name_of(*entry.wear.soft)} + ": it needs new ones";
  return std::nullopt;
}

}  // namespace

std::string_view name_of(TunnelState state) noexcept {
  switch (state) {
    case TunnelState::Up:
      return "up";
    case TunnelState::Expiring:
      return "expiring";
    case TunnelState::Exhausted:
      return "exhausted";
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
  row.limit = limit_of(entry);
  if (entry.problem) row.problem = to_string(*entry.problem);
  row.path_mtu = sight.tunnels.path_mtu(entry);
  if (entry.path) {
    row.peer = {entry.path->path.peer, entry.path->path.port};
    row.inner_mtu = entry.path->path.inner_mtu;
  }
  const auto& most = sight.tunnels.settings().hard;
  if (entry.sending != nullptr) {
    row.sends_by = entry.sending->key();
    add_sending(*entry.sending, most, row);
  }
  for (const auto& set : entry.sets) add_receiving(*set, most, row);
  row.counters = no_counts();
  for (const auto& tables : sight.workers)
    add_counters((*tables.tunnels)[entry.index].counters, row.counters);
  if (const auto heard = sight.watch.heard(entry))
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
    const auto of_it = [&entry](const std::string& what) {
      return "tunnel " + entry->record.name + ": " + what;
    };
    if (const auto why = stop_of(*entry)) health.reasons.push_back(of_it(*why));
    if (const auto what = warning_of(*entry)) health.warnings.push_back(of_it(*what));
    if (sight.watch.is_unanswered(*entry, now))
      health.warnings.push_back(of_it("nothing came from " + to_string(entry->path->path.peer) +
                                      " for a minute, while we send"));
  }
  const auto& loaded = sight.tunnels.loaded();
  for (const auto& sentence : {loaded.distrust, loaded.notice})
    if (sentence) health.warnings.push_back(*sentence);
}

}  // namespace portico::management
