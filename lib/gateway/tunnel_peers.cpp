// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/tunnel_peers.hpp"

#include "icmp/too_big.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace portico::gateway {
namespace {

/// Nobody signs the outer header: where a packet says that it is from may be nowhere.
bool can_be_sent_to(const wire::Endpoint& end) noexcept {
  const auto net = end.address.bits >> 24;
  return net != 0 && net != 127 && net < 224 && end.port != 0;  // RFC 1122 section 3.2.1.3
}

}  // namespace

bool TunnelPeers::on_icmp(Bytes packet) {
  const auto said = icmp::too_big_of(packet);
  if (!said) return false;
  const auto quoted = tunnel::Quoted::parse(said->packet);
  if (!learns_mtu_ || !quoted || quoted->source != tunnels_.settings().own ||
      new_reports_.size() >= kMostReports)
    ++counters_.too_big_ignored;
  else
    new_reports_.emplace(quoted->destination.bits, Report{*quoted, said->mtu});
  return true;
}

void TunnelPeers::turn(Now now) {
  if (round_.begins(now.time)) reports_ = std::exchange(new_reports_, {});
  const bool follows = tunnels_.settings().end == tunnel::End::Concentrator;
  const bool is_over = round_.turn(tunnels_.entries(), now.time, [&](const auto& entry) {
    look_at_mtu(*entry, now);
    if (follows && entry->record.udp) look_at_far_end(*entry, now);
  });
  if (!is_over) return;
  counters_.too_big_ignored += reports_.size();
  reports_.clear();
}

/// The least that was said of its packets since the last look.
std::optional<std::uint16_t> TunnelPeers::reported_mtu(const Tunnels::Entry& entry) {
  if (reports_.empty()) return std::nullopt;
  std::span<const tunnel::OutboundSa> senders;
  if (entry.sending != nullptr) senders = entry.sending->senders();
  std::optional<std::uint16_t> least;
  auto [report, end] = reports_.equal_range(entry.path->path.peer.bits);
  while (report != end) {
    const auto& [packet, mtu] = report->second;
    if (!packet.is_of(entry.record, entry.path->path, senders)) {
      ++report;
      continue;
    }
    least = std::min(mtu, least.value_or(mtu));
    report = reports_.erase(report);
  }
  return least;
}

void TunnelPeers::look_at_mtu(Tunnels::Entry& entry, Now now) {
  auto learned = entry.learned;
  if (const auto reported = reported_mtu(entry)) {
    const auto mtu = std::max(*reported, kLeastPathMtu);
    const bool is_news = mtu < tunnels_.path_mtu(entry);
    ++(is_news ? counters_.path_mtu_lowered : counters_.too_big_ignored);
    if (is_news) learned.mtu = mtu;
    if (learned.mtu == mtu) learned.mtu_until = now.time + kPathMtuLasts;
  } else if (learned.mtu && learned.mtu_until <= now.time) {
    ++counters_.path_mtu_forgotten;
    learned.mtu.reset();
  }
  const bool has_changed = learned.mtu != entry.learned.mtu;
  entry.learned = learned;
  if (has_changed) tunnels_.set_path(entry, now);
}

/// A NAT between the ends may give the gateway another address and port at any time. Its SAs have
/// numbers of their own, so that of two packets of different ones nobody knows which is newer:
/// while any is heard from where the tunnel leads, it stays.
void TunnelPeers::look_at_far_end(Tunnels::Entry& entry, Now now) {
  const auto& path = entry.path->path;
  const wire::Endpoint known{path.peer, path.port};
  bool is_there = false;
  std::optional<wire::Endpoint> elsewhere;
  for (const auto& set : entry.sets)
    set->for_each_heard([&](const wire::Endpoint& from) {
      if (from == known) is_there = true;
      if (can_be_sent_to(from) && from.address != tunnels_.settings().own) elsewhere = from;
    });
  if (is_there || !elsewhere) return;
  ++counters_.far_end_moved;
  entry.learned.far_end = elsewhere;
  tunnels_.set_path(entry, now);
}

}  // namespace portico::gateway
