// SPDX-License-Identifier: BSD-3-Clause
// What the neighbour table wants done; the control core does it. Of the table only resolve() may be
// called from here, and only when a packet is dropped as Unanswered: the ICMP error that tells its
// sender so needs a next hop as well.
#pragma once

#include "base/next_hop.hpp"
#include "wire/arp.hpp"

#include <cstdint>

namespace portico::neighbor {

/// The caller's own name for a packet it keeps; the table never looks at it.
using PacketId = std::uint64_t;

/// Why a packet that needed a next hop will not get one.
enum class Drop : std::uint8_t {
  Unanswered,  ///< the neighbour does not answer: worth an ICMP 3/1 (RFC 1812 section 5.2.7.1)
  Displaced,   ///< the oldest of the packets for its neighbour, when one more came
  HoldFull,    ///< too many packets wait in all
  TableFull,   ///< no room for one more neighbour
  Evicted,     ///< its neighbour was forgotten to make room
  NoHost,      ///< our own address, or one that is not a single host's
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Send this on the link of `side`, to `destination`, from the port's MAC.
  virtual void send_arp(Side side, const Mac& destination, const wire::ArpMessage& message) = 0;
  /// Tell every worker what stands at `index` now.
  virtual void hop_changed(HopIndex index, const NextHop& hop) = 0;
  /// `index` is nobody's: tell every worker `hop`, which is unresolved, and when all have it call
  /// Table::recycle. Until then the index is not given out.
  virtual void hop_removed(HopIndex index, const NextHop& hop) = 0;
  virtual void packet_ready(PacketId packet, const NextHop& hop) = 0;
  virtual void packet_dropped(PacketId packet, Drop why) = 0;
};

}  // namespace portico::neighbor
