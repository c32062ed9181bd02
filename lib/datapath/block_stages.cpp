// SPDX-License-Identifier: BSD-3-Clause
// The concentrator's part of the way: out of a gateway's tunnel to the provider's network or to
// another gateway, and from there to the tunnel whose block a packet is for.
#include "datapath/forwarding.hpp"
#include "datapath/stages.hpp"

namespace portico::datapath {
namespace {

using nappt::Packet;
using stats::Drop;

/// An inner packet must come from a block of its tunnel's (anti-spoofing), and go where that leads.
[[nodiscard]] bool is_of_tunnel(const Worker& w, TunnelIndex from, Packet packet) noexcept {
  const auto place = w.blocks.place_of(packet.source(), packet.source_port());
  const auto& path = w.tunnels[from].path;
  return w.blocks.tunnel_at(place) == from && path && path->is_remote(packet.destination());
}

/// To the provider's network, where it was for nobody else behind a tunnel.
void to_provider(Worker& w, TunnelIndex from, Packet packet, rte_mbuf* m, Lanes& lanes) noexcept {
  const Origin origin{Side::Wan, from};
  if (packet.ttl() <= 1) return answer_with_error(origin, Drop::TtlExceeded, m, lanes);
  const auto index = w.next_hops.towards(packet.destination());
  if (index == kNoRoute) return answer_with_error(origin, Drop::NoRoute, m, lanes);
  const auto& hop = w.next_hops[index];
  const auto mtu = w.link(hop.side).mtu();
  if (packet.length() > mtu) return refuse_too_big(origin, packet, mtu, m, lanes);
  packet.decrement_ttl();
  const auto behind = w.link(Side::Wan).header_size();
  if (!hop.resolved) [[unlikely]]
    return wait_for(w, index, packet.destination(), packet.first_octet(), behind, packet.length(),
                    std::nullopt, m, lanes);
  lanes.push(frame_for(w, hop, packet.first_octet(), behind, packet.length(), m), m);
}

/// Into the tunnel that holds (destination, port).
void to_gateway(Worker& w, TunnelIndex to, TunnelIndex from, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto packet = packet_of(w.link(Side::Lan), m);
  if (to == kNoTunnel)
    return lanes.push(packet.is_echo() ? Drop::EchoIdUnheld : Drop::PortUnheld, m);
  const auto& t = w.tunnels[to];
  if (!t.path) return lanes.push(Drop::TunnelDown, m);
  if (!t.path->is_remote(packet.source())) return refuse_selector(w, to, m, lanes);
  const Origin origin{from == kNoTunnel ? Side::Lan : Side::Wan, from};
  if (packet.ttl() <= 1) return answer_with_error(origin, Drop::TtlExceeded, m, lanes);
  if (!t.path->takes(packet.first_octet(), packet.length()))
    return refuse_too_big(origin, packet, t.path->inner_mtu, m, lanes);
  packet.decrement_ttl();
  resize_header(m, w.link(Side::Lan).header_size(), 0, packet.length());
  lanes.push_by(to, Lane::IntoTunnel, m);
}

}  // namespace

void blocks_from_tunnel(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::FromTunnel);
  const auto tunnels = lanes.tunnels(Lane::FromTunnel);
  const auto& [lan, wan] = w.links;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    auto* m = burst[i];
    const auto packet = packet_of(wan, m);
    if (!is_of_tunnel(w, tunnels[i], packet)) [[unlikely]] {
      refuse_selector(w, tunnels[i], m, lanes);
      continue;
    }
    if (!w.blocks.covers(packet.destination())) {
      to_provider(w, tunnels[i], packet, m, lanes);
      continue;
    }
    const auto place = w.blocks.place_of(packet.destination(), packet.destination_port());
    w.blocks.prefetch(place);
    resize_header(m, wan.header_size(), lan.header_size(), packet.length());
    lanes.push_for(place, m, tunnels[i]);
  }
}

void blocks_inbound(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Inbound);
  const auto receivers = lanes.receivers();
  std::array<TunnelIndex, kLaneSize> tunnels;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    tunnels[i] = w.blocks.tunnel_at(receivers[i].place);
    w.tunnels.prefetch(tunnels[i]);
  }
  for (std::size_t i = 0; i < burst.size(); ++i)
    to_gateway(w, tunnels[i], receivers[i].from, burst[i], lanes);
}

}  // namespace portico::datapath
