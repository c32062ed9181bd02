// SPDX-License-Identifier: BSD-3-Clause
// The end of a tunnel's SAs (RFC 4301 section 4.4.2.1). Those that sent all the numbers, packets or
// octets that they may send no more, which their workers see to; here those end whose time is over,
// or that have taken as much as they may.
#include "gateway/tunnels.hpp"

#include <utility>

namespace portico::gateway {

tunnel::Wear Tunnels::wear_of(const Entry& entry, Now now) const {
  return entry.sending->wear(entry.path->path.inner_mtu, now);
}

/// Neither sent by nor taken any more, for SAs are closed in pairs (RFC 7296 section 1.4.1). If
/// nothing newer was there to send by, the tunnel is down: what is for it is dropped.
void Tunnels::end_what_is_over(Entry& entry, Now now) {
  for (auto& set : entry.sets) {
    if (!set->over(now)) continue;
    if (set.get() == entry.sending) {
      publisher_.post(orders::SetSenders{entry.index, {}}, now.time);
      entry.sending = nullptr;
    }
    let_go(std::move(set), now);
  }
  std::erase(entry.sets, nullptr);
}

}  // namespace portico::gateway
