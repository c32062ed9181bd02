// SPDX-License-Identifier: BSD-3-Clause
#include "management/tunnel_watch.hpp"

#include <algorithm>

namespace portico::management {

void TunnelWatch::look(const gateway::Tunnels& tunnels, AllTunnelTables workers, Time now) {
  std::erase_if(seen_, [&tunnels](const auto& seen) {
    return std::ranges::none_of(
        tunnels.entries(), [&seen](const auto& entry) { return entry->record.name == seen.first; });
  });
  for (const auto& entry : tunnels.entries()) {
    std::uint64_t in = 0, out = 0;
    for (const auto& tables : workers) {
      const auto& counters = (*tables.tunnels)[entry->index].counters;
      in += counters.packets_in.value();
      out += counters.packets_out.value();
    }
    auto& seen = seen_[entry->record.name];
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

std::optional<Time> TunnelWatch::heard(std::string_view tunnel) const {
  const auto found = seen_.find(tunnel);
  return found == seen_.end() ? std::nullopt : found->second.heard;
}

bool TunnelWatch::is_unanswered(std::string_view tunnel, Time now) const {
  const auto found = seen_.find(tunnel);
  if (found == seen_.end()) return false;
  const auto& [in, out, heard, asked, sent] = found->second;
  return asked && *sent - *asked >= kUnanswered && now - *sent < kUnanswered;
}

}  // namespace portico::management
