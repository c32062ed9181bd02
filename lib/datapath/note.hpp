// SPDX-License-Identifier: BSD-3-Clause
// What a worker tells control about a packet that it hands over.
#pragma once

#include "base/addresses.hpp"
#include "base/next_hop.hpp"
#include "base/tunnel_index.hpp"
#include "nappt/original.hpp"
#include "stats/drops.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace portico::datapath {

/// Each kind has a ring of its own, so that none starves another.
enum class PuntKind : std::uint8_t {
  Arp,       ///< as received
  Dhcp,      ///< as received: UDP port 67, from the LAN
  Service,   ///< as received: any other UDP for our LAN address
  Icmp,      ///< as received: for an address of ours
  Error,     ///< as received: not forwarded because of `reason`, which deserves an ICMP error
  Neighbor,  ///< translated, to leave by `side`; all of its frame but the destination MAC is there
};
inline constexpr std::size_t kPuntKinds = 6;

struct Note {
  PuntKind kind = PuntKind::Arp;
  Side side = Side::Lan;  ///< where it came from; a Neighbor's: where it goes
  stats::Drop reason{};   ///< of an Error: TtlExceeded, NoRoute or TooBig
  std::uint16_t mtu = 0;  ///< of what is TooBig: what is not
  Ipv4 next_hop{};        ///< of a Neighbor: whom to ask for by ARP
  HopIndex hop = kNoHop;  ///< of a Neighbor: its place, kNoHop if control gave none out yet
  /// Of a Neighbor: for an ICMP error, should nobody answer. None of what is in a tunnel, or was.
  std::optional<nappt::Original> original{};
  /// From control or another worker: through which it is to go, an IP packet without a frame.
  TunnelIndex tunnel = kNoTunnel;
  std::uint16_t worker = 0;  ///< of what is handed over: to whom
};

}  // namespace portico::datapath
