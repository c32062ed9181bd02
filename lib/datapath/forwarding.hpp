// SPDX-License-Identifier: BSD-3-Clause
// What the stages that forward have in common: what becomes of a packet that cannot go on, and how
// one that can leaves.
#pragma once

#include "datapath/worker.hpp"
#include "nappt/original.hpp"
#include "nappt/packet.hpp"
#include "wire/ethernet.hpp"

#include <optional>

namespace portico::datapath {

[[nodiscard]] inline nappt::Packet packet_of(const Link& received_by, rte_mbuf* m) noexcept {
  return nappt::Packet{first_octet(m) + received_by.header_size()};
}

/// Where a packet came from.
struct Origin {
  Side side = Side::Lan;
  TunnelIndex tunnel = kNoTunnel;
};

/// Hands a packet to control as it was received, for an ICMP error. One that came through a tunnel
/// is only dropped: in the plain an error would tell everybody what was inside, and through the
/// tunnel the other end takes none, they have no port that says whose they are.
[[gnu::noinline]] inline void answer_with_error(Origin from, stats::Drop why, rte_mbuf* m,
                                                Lanes& lanes, std::uint16_t mtu = 0) noexcept {
  if (from.tunnel != kNoTunnel) return lanes.push(why, m);
  note_of(m) = {.kind = PuntKind::Error, .side = from.side, .reason = why, .mtu = mtu};
  lanes.push(Lane::Punt, m);
}

/// A packet larger than `mtu` whose sender did not ask for an answer is only counted.
[[gnu::noinline]] inline void refuse_too_big(Origin from, nappt::Packet packet, std::uint16_t mtu,
                                             rte_mbuf* m, Lanes& lanes) noexcept {
  if (packet.dont_fragment()) return answer_with_error(from, stats::Drop::TooBig, m, lanes, mtu);
  lanes.push(stats::Drop::TooBig, m);
}

/// A packet whose ends are not this tunnel's (E-7).
[[gnu::noinline]] inline void refuse_selector(Worker& w, TunnelIndex tunnel, rte_mbuf* m,
                                              Lanes& lanes) noexcept {
  ++w.tunnels[tunnel].counters.bad_selectors;
  lanes.push(stats::Drop::TunnelSelector, m);
}

/// Gives the packet at `ip`, `behind` octets into the buffer, a frame that one of our sides sends.
/// Returns the lane of that side.
inline Lane frame_for(const Worker& w, const NextHop& hop, std::uint8_t* ip, std::size_t behind,
                      std::size_t length, rte_mbuf* m) noexcept {
  const auto& link = w.link(hop.side);
  resize_header(m, behind, link.header_size(), length);
  link.write_header(ip, hop.mac);
  return hop.side == Side::Wan ? Lane::ToWan : Lane::ToLan;
}

/// Control has not found the MAC of this hop yet: the packet, whole but for that, waits there. The
/// hop of a neighbour that nobody has met is kNoHop; `towards` says who that is.
inline void wait_for(const Worker& w, HopIndex index, Ipv4 towards, std::uint8_t* ip,
                     std::size_t behind, std::size_t length,
                     const std::optional<nappt::Original>& original, rte_mbuf* m,
                     Lanes& lanes) noexcept {
  auto hop = w.next_hops[index];
  if (index == kNoHop) hop = {.address = towards, .side = w.next_hops.side_of(towards)};
  frame_for(w, hop, ip, behind, length, m);
  note_of(m) = {.kind = PuntKind::Neighbor,
                .side = hop.side,
                .next_hop = hop.address,
                .hop = index,
                .original = original};
  lanes.push(Lane::Punt, m);
}

}  // namespace portico::datapath
