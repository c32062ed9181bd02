// SPDX-License-Identifier: BSD-3-Clause
#include "management/tunnel_watch.hpp"

namespace portico::management {

void TunnelWatch::look(const gateway::Tunnels& tunnels, AllTunnelTables workers, Time now) {
  const auto look = ++looks_;
  seen_.resize(tunnels.settings().capacity + std::size_t{1});
  for (const auto& entry : tunnels.entries()) {
    std::uint64_t in = 0, out = 0;
    for (const auto& tables : workers) {
      const auto& counters = (*tables.tunnels)[entry->index].counters;
      in += counters.packets_in.value();
      out += counters.packets_out.value();
    }
    auto& seen = seen_[entry->index];
    if (seen.tunnel != entry->record.name || seen.look + 1 != look) seen = {entry->record.name};
    seen.look = look;
    if (in > seen.in) {
      seen.heard = now;
      seen.asked.reset();
    } else if (out > seen.out && !seen.asked) {
      seen.asked = now;
    }
    if (out > seen.out) seen.sent = now;
    seen.in = in;
    seen.out = out;
  }
}

/// Its index may have been another's.
const TunnelWatch::Seen* TunnelWatch::seen(const gateway::Tunnels::Entry& tunnel) const {
  if (tunnel.index >= seen_.size()) return nullptr;
  const auto& seen = seen_[tunnel.index];
  return seen.look == looks_ && seen.tunnel == tunnel.record.name ? &seen : nullptr;
}

std::optional<Time> TunnelWatch::heard(const gateway::Tunnels::Entry& tunnel) const {
  const auto* known = seen(tunnel);
  return known == nullptr ? std::nullopt : known->heard;
}

bool TunnelWatch::is_unanswered(const gateway::Tunnels::Entry& tunnel, Time now) const {
  const auto* known = seen(tunnel);
  return known != nullptr && known->asked && *known->sent - *known->asked >= kUnanswered &&
         now - *known->sent < kUnanswered;
}

}  // namespace portico::management
