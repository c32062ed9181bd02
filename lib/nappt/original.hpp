// SPDX-License-Identifier: BSD-3-Clause
// A packet as it came in, kept beside what was made of it: what cannot be delivered goes back to
// its sender in the sender's own words (RFC 5508 REQ-4 and REQ-5).
#pragma once

#include "base/addresses.hpp"
#include "base/next_hop.hpp"
#include "nappt/packet.hpp"

namespace portico::nappt {

struct Original {
  Side side = Side::Lan;  ///< where it came from
  Mac mac;                ///< who sent its frame
  Ipv4 source;
  Ipv4 destination;
};

/// Takes back the translation of a packet whose TTL was decremented.
inline void take_back(const Packet& packet, const Original& original) noexcept {
  const auto to = [](Ipv4 was, Ipv4 now) {
    return wire::StoredDelta{wire::ChecksumDelta{}.replace(was, now)};
  };
  packet.replace_source(original.source, to(packet.source(), original.source), Ttl::Keep);
  packet.replace_destination(original.destination, to(packet.destination(), original.destination),
                             Ttl::Keep);
  packet.restore_ttl();
}

}  // namespace portico::nappt
