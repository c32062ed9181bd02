// SPDX-License-Identifier: BSD-3-Clause
// Translation. By now the phones of a burst that sent it are on their way into the cache, or the
// places where it stands who receives it.
#include "datapath/forwarding.hpp"
#include "datapath/stages.hpp"
#include "nappt/translate.hpp"

namespace portico::datapath {
namespace {

using nappt::Packet;
using stats::Drop;

[[nodiscard]] nappt::MacOctets source_mac(rte_mbuf* m) noexcept {
  return nappt::MacOctets{first_octet(m) + sizeof(Mac), sizeof(Mac)};
}

/// Out of the frame that one side received becomes one that the other sends.
template <Side from, Side to>
void reframe(const Worker& w, Packet packet, const Mac& destination, rte_mbuf* m) noexcept {
  resize_header(m, w.link(from).header_size(), w.link(to).header_size(), packet.length());
  w.link(to).write_header(packet.first_octet(), destination);
}

/// Into the lane of the side that it leaves by.
template <Side from>
void leave_by(const Worker& w, const NextHop& hop, Packet packet, rte_mbuf* m,
              Lanes& lanes) noexcept {
  if (hop.side == Side::Wan) {
    reframe<from, Side::Wan>(w, packet, hop.mac, m);
    lanes.push(Lane::ToWan, m);
  } else {
    reframe<from, Side::Lan>(w, packet, hop.mac, m);
    lanes.push(Lane::ToLan, m);
  }
}

/// Who sent the frame that a packet came in.
[[nodiscard]] Mac sender_of(Packet packet, std::size_t header_size) noexcept {
  return wire::EthernetView::parse({packet.first_octet() - header_size, header_size})->source();
}

[[gnu::noinline]] void outbound_waits(const Worker& w, HopIndex index, const nappt::Phone& phone,
                                      Packet packet, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto header_size = w.link(Side::Lan).header_size();
  const nappt::Original original{Side::Lan, sender_of(packet, header_size), phone.private_address,
                                 packet.destination()};
  wait_for(w, index, packet.destination(), packet.first_octet(), header_size, packet.length(),
           original, m, lanes);
}

/// What came in, translated already: from the network, or from another phone.
[[nodiscard]] nappt::Original original_of(const Worker& w, Ipv4 was_for, Packet packet) noexcept {
  nappt::Original original{Side::Wan, {}, packet.source(), was_for};
  if (w.bindings.is_public(original.source)) {
    const auto place = w.bindings.place_of(original.source, packet.source_port());
    original.side = Side::Lan;
    original.source = w.bindings[w.bindings.holder(place)].private_address;
  }
  original.mac = sender_of(packet, w.link(original.side).header_size());
  return original;
}

[[gnu::noinline]] void inbound_waits(const Worker& w, const nappt::Phone& phone, Ipv4 was_for,
                                     TunnelIndex from, Packet packet, rte_mbuf* m,
                                     Lanes& lanes) noexcept {
  std::optional<nappt::Original> original;
  if (from == kNoTunnel) original = original_of(w, was_for, packet);
  wait_for(w, phone.next_hop, phone.private_address, packet.first_octet(),
           w.link(Side::Wan).header_size(), packet.length(), original, m, lanes);
}

/// From a phone into its tunnel, as an IP packet without a frame.
[[gnu::noinline]] void into_tunnel(Worker& w, nappt::Phone& phone, Packet packet, rte_mbuf* m,
                                   Lanes& lanes) noexcept {
  const auto& path = w.tunnels[phone.tunnel].path;
  if (!path) return lanes.push(Drop::TunnelDown, m);
  if (!path->is_remote(packet.destination())) return refuse_selector(w, phone.tunnel, m, lanes);
  if (!path->takes(packet.first_octet(), packet.length()))
    return refuse_too_big({Side::Lan}, packet, path->inner_mtu, m, lanes);
  translate_into_tunnel(phone, packet);
  ++w.translated.outbound;
  resize_header(m, w.link(Side::Lan).header_size(), 0, packet.length());
  lanes.push_by(phone.tunnel, Lane::IntoTunnel, m);
}

/// From a phone to the network.
void outbound(Worker& w, nappt::Phone& phone, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto packet = packet_of(w.link(Side::Lan), m);
  if (!may_send(phone, source_mac(m), packet))
    return lanes.push(refusal_to_send(phone, source_mac(m), packet), m);
  if (packet.ttl() <= 1) return answer_with_error({Side::Lan}, Drop::TtlExceeded, m, lanes);
  if (is_for_tunnel(phone, packet, w.signalling)) return into_tunnel(w, phone, packet, m, lanes);
  const auto mtu = w.link(Side::Wan).mtu();
  if (packet.length() > mtu) return refuse_too_big({Side::Lan}, packet, mtu, m, lanes);
  const auto hop = w.next_hops.towards(packet.destination());
  if (hop == kNoRoute) return answer_with_error({Side::Lan}, Drop::NoRoute, m, lanes);
  translate_outbound(phone, packet, nappt::Ttl::Decrement);
  ++w.translated.outbound;
  const auto& next = w.next_hops[hop];
  if (!next.resolved) [[unlikely]]
    return outbound_waits(w, hop, phone, packet, m, lanes);
  leave_by<Side::Lan>(w, next, packet, m, lanes);
}

/// From a phone to another's public address. The TTL is decremented once, as it comes in again.
void hairpin(Worker& w, nappt::Phone& phone, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto& [lan, wan] = w.links;
  const auto packet = packet_of(lan, m);
  if (!may_send(phone, source_mac(m), packet))
    return lanes.push(refusal_to_send(phone, source_mac(m), packet), m);
  if (packet.ttl() <= 1) return answer_with_error({Side::Lan}, Drop::TtlExceeded, m, lanes);
  if (is_for_tunnel(phone, packet, w.signalling)) return into_tunnel(w, phone, packet, m, lanes);
  if (packet.length() > lan.mtu()) return refuse_too_big({Side::Lan}, packet, lan.mtu(), m, lanes);
  translate_outbound(phone, packet, nappt::Ttl::Keep);
  ++w.translated.outbound;
  ++w.translated.hairpinned;
  lanes.push_for(w.bindings.receiver_of(packet), m);
  resize_header(m, lan.header_size(), wan.header_size(), packet.length());
}

/// From the network, from a phone by hairpin, or through the tunnel `from`, to a phone.
void inbound(Worker& w, nappt::Phone& phone, TunnelIndex from, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto packet = packet_of(w.link(Side::Wan), m);
  if (!may_receive(phone, packet)) return lanes.push(refusal_to_receive(packet), m);
  if (from != kNoTunnel && phone.tunnel != from) return refuse_selector(w, from, m, lanes);
  if (packet.ttl() <= 1) return answer_with_error({Side::Wan, from}, Drop::TtlExceeded, m, lanes);
  const auto mtu = w.link(Side::Lan).mtu();
  if (packet.length() > mtu) return refuse_too_big({Side::Wan, from}, packet, mtu, m, lanes);
  const auto was_for = packet.destination();
  translate_inbound(phone, packet);
  ++w.translated.inbound;
  if (phone.next_hop == kNoHop) {
    reframe<Side::Wan, Side::Lan>(w, packet, phone.mac, m);
    return lanes.push(Lane::ToLan, m);
  }
  const auto& next = w.next_hops[phone.next_hop];
  if (!next.resolved) [[unlikely]]
    return inbound_waits(w, phone, was_for, from, packet, m, lanes);
  leave_by<Side::Wan>(w, next, packet, m, lanes);
}

}  // namespace

void nappt_outbound(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Outbound);
  const auto senders = lanes.senders(Lane::Outbound);
  if (w.tunnels.any())
    for (std::size_t i = 0; i < burst.size(); ++i)
      if (const auto tunnel = senders[i]->tunnel; tunnel != kNoTunnel) w.tunnels.prefetch(tunnel);
  for (std::size_t i = 0; i < burst.size(); ++i) outbound(w, *senders[i], burst[i], lanes);
}

void nappt_hairpin(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Hairpin);
  const auto senders = lanes.senders(Lane::Hairpin);
  for (std::size_t i = 0; i < burst.size(); ++i) hairpin(w, *senders[i], burst[i], lanes);
}

void nappt_from_tunnel(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::FromTunnel);
  const auto tunnels = lanes.tunnels(Lane::FromTunnel);
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const auto packet = packet_of(w.link(Side::Wan), burst[i]);
    const auto& path = w.tunnels[tunnels[i]].path;
    if (!path || !path->is_remote(packet.source())) [[unlikely]] {
      refuse_selector(w, tunnels[i], burst[i], lanes);
      continue;
    }
    const auto place = w.bindings.tunnel_place_of(packet.destination(), packet.destination_port());
    w.bindings.prefetch_place(place);
    lanes.push_for(place, burst[i], tunnels[i]);
  }
}

void nappt_inbound(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Inbound);
  const auto receivers = lanes.receivers();
  std::array<nappt::Phone*, kLaneSize> phones;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    phones[i] = &w.bindings[w.bindings.holder(receivers[i].place)];
    prefetch(*phones[i]);
  }
  for (std::size_t i = 0; i < burst.size(); ++i)
    inbound(w, *phones[i], receivers[i].from, burst[i], lanes);
}

}  // namespace portico::datapath
