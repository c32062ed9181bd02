// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/keepalives.hpp"

#include "tunnel/keepalive.hpp"

namespace portico::gateway {

void Keepalives::turn(Now now) {
  if (silence_ == Duration{0}) return;
  round_.turn(tunnels_.entries(), now.time, [&](const auto& entry) {
    if (entry->record.udp && entry->sending != nullptr) look_at(*entry, now);
  });
}

/// What workers sent is told by the numbers that they used.
void Keepalives::look_at(const Tunnels::Entry& entry, Now now) {
  std::uint64_t numbers = 0;
  for (const auto& sa : entry.sending->senders()) numbers += sa.next.value();
  auto& seen = seen_[entry.index];
  if (numbers != seen.numbers) {
    seen = {numbers, now.time};
  } else if (now.time - seen.since >= silence_) {
    seen.since = now.time;
    ++counters_.sent;
    const auto peer = entry.path->path.peer;
    transmitter_.send_packet_towards(Side::Wan, peer,
                                     tunnel::keepalive(tunnels_.settings().own, peer));
  }
}

}  // namespace portico::gateway
