// SPDX-License-Identifier: BSD-3-Clause
// Translation. By now the phones of a burst that sent it are on their way into the cache, or the
// places where it stands who receives it.
#include "datapath/stages.hpp"
#include "nappt/translate.hpp"
#include "wire/ethernet.hpp"

namespace portico::datapath {
namespace {

using nappt::Packet;
using stats::Drop;

[[nodiscard]] Packet packet_of(const Link& received_by, rte_mbuf* m) noexcept {
  return Packet{first_octet(m) + received_by.header_size()};
}
[[nodiscard]] nappt::MacOctets source_mac(rte_mbuf* m) noexcept {
  return nappt::MacOctets{first_octet(m) + sizeof(Mac), sizeof(Mac)};
}

/// Hands a packet to control as it was received, for an ICMP error.
[[gnu::noinline]] void answer_with_error(Side from, Drop why, rte_mbuf* m, Lanes& lanes) noexcept {
  note_of(m) = {.kind = PuntKind::Error, .side = from, .reason = why};
  lanes.push(Lane::Punt, m);
}

/// A packet too big whose sender did not ask for an answer is only counted.
[[gnu::noinline]] void refuse_too_big(Side from, Packet packet, rte_mbuf* m,
                                      Lanes& lanes) noexcept {
  if (packet.dont_fragment()) return answer_with_error(from, Drop::TooBig, m, lanes);
  lanes.push(Drop::TooBig, m);
}

/// Out of the frame that one side received becomes one that the other sends.
template <Side from, Side to>
void reframe(const Worker& w, Packet packet, const Mac& destination, rte_mbuf* m) noexcept {
  resize_header(m, w.link(from).header_size(), w.link(to).header_size(), packet.length());
  w.link(to).write_header(packet.first_octet(), destination);
}

/// Returns the lane of the side that it leaves by.
template <Side from>
Lane leave_by(const Worker& w, const NextHop& hop, Packet packet, rte_mbuf* m) noexcept {
  if (hop.side == Side::Wan) {
    reframe<from, Side::Wan>(w, packet, hop.mac, m);
    return Lane::ToWan;
  }
  reframe<from, Side::Lan>(w, packet, hop.mac, m);
  return Lane::ToLan;
}

/// Control has not found the MAC of this hop yet: the packet, whole but for that, waits there.
template <Side from>
void wait_for(const Worker& w, HopIndex index, nappt::Original original, Packet packet, rte_mbuf* m,
              Lanes& lanes) noexcept {
  const auto& hop = w.next_hops[index];
  const auto header_size = w.link(original.side).header_size();
  original.mac =
      wire::EthernetView::parse({packet.first_octet() - header_size, header_size})->source();
  leave_by<from>(w, hop, packet, m);
  note_of(m) = {.kind = PuntKind::Neighbor,
                .side = hop.side,
                .next_hop = index == kNoHop ? original.destination : hop.address,
                .hop = index,
                .original = original};
  lanes.push(Lane::Punt, m);
}

[[gnu::noinline]] void outbound_waits(const Worker& w, HopIndex index, const nappt::Phone& phone,
                                      Packet packet, rte_mbuf* m, Lanes& lanes) noexcept {
  const nappt::Original original{Side::Lan, {}, phone.private_address, packet.destination()};
  wait_for<Side::Lan>(w, index, original, packet, m, lanes);
}

/// It came from the network, or from another phone, translated already.
[[gnu::noinline]] void inbound_waits(const Worker& w, const nappt::Phone& phone, Packet packet,
                                     rte_mbuf* m, Lanes& lanes) noexcept {
  nappt::Original original{Side::Wan, {}, packet.source(), phone.public_address};
  if (w.bindings.is_public(original.source)) {
    const auto place = w.bindings.place_of(original.source, packet.source_port());
    original.side = Side::Lan;
    original.source = w.bindings[w.bindings.holder(place)].private_address;
  }
  wait_for<Side::Wan>(w, phone.next_hop, original, packet, m, lanes);
}

/// From a phone to the network.
void outbound(Worker& w, nappt::Phone& phone, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto packet = packet_of(w.link(Side::Lan), m);
  if (!may_send(phone, source_mac(m), packet))
    return lanes.push(refusal_to_send(phone, source_mac(m), packet), m);
  if (packet.ttl() <= 1) return answer_with_error(Side::Lan, Drop::TtlExceeded, m, lanes);
  if (packet.length() > w.link(Side::Wan).mtu()) return refuse_too_big(Side::Lan, packet, m, lanes);
  const auto hop = w.next_hops.towards(packet.destination());
  if (hop == kNoRoute) return answer_with_error(Side::Lan, Drop::NoRoute, m, lanes);
  translate_outbound(phone, packet, nappt::Ttl::Decrement);
  ++w.translated.outbound;
  const auto& next = w.next_hops[hop];
  if (!next.resolved) [[unlikely]]
    return outbound_waits(w, hop, phone, packet, m, lanes);
  lanes.push(leave_by<Side::Lan>(w, next, packet, m), m);
}

/// From a phone to another's public address. The TTL is decremented once, as it comes in again.
void hairpin(Worker& w, nappt::Phone& phone, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto& [lan, wan] = w.links;
  const auto packet = packet_of(lan, m);
  if (!may_send(phone, source_mac(m), packet))
    return lanes.push(refusal_to_send(phone, source_mac(m), packet), m);
  if (packet.ttl() <= 1) return answer_with_error(Side::Lan, Drop::TtlExceeded, m, lanes);
  if (packet.length() > lan.mtu()) return refuse_too_big(Side::Lan, packet, m, lanes);
  translate_outbound(phone, packet, nappt::Ttl::Keep);
  ++w.translated.outbound;
  ++w.translated.hairpinned;
  lanes.push_for(w.bindings.receiver_of(packet), m);
  resize_header(m, lan.header_size(), wan.header_size(), packet.length());
}

/// From the network, or from a phone by hairpin, to a phone.
void inbound(Worker& w, nappt::Phone& phone, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto packet = packet_of(w.link(Side::Wan), m);
  if (!may_receive(phone, packet)) return lanes.push(refusal_to_receive(packet), m);
  if (packet.ttl() <= 1) return answer_with_error(Side::Wan, Drop::TtlExceeded, m, lanes);
  if (packet.length() > w.link(Side::Lan).mtu()) return refuse_too_big(Side::Wan, packet, m, lanes);
  translate_inbound(phone, packet);
  ++w.translated.inbound;
  if (phone.next_hop == kNoHop) {
    reframe<Side::Wan, Side::Lan>(w, packet, phone.mac, m);
    return lanes.push(Lane::ToLan, m);
  }
  const auto& next = w.next_hops[phone.next_hop];
  if (!next.resolved) [[unlikely]]
    return inbound_waits(w, phone, packet, m, lanes);
  lanes.push(leave_by<Side::Wan>(w, next, packet, m), m);
}

}  // namespace

void nappt_outbound(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Outbound);
  const auto senders = lanes.senders(Lane::Outbound);
  for (std::size_t i = 0; i < burst.size(); ++i)
    outbound(w, w.bindings[senders[i]], burst[i], lanes);
}

void nappt_hairpin(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Hairpin);
  const auto senders = lanes.senders(Lane::Hairpin);
  for (std::size_t i = 0; i < burst.size(); ++i)
    hairpin(w, w.bindings[senders[i]], burst[i], lanes);
}

void nappt_inbound(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Inbound);
  const auto places = lanes.receivers();
  std::array<nappt::Slot, kLaneSize> receivers;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    receivers[i] = w.bindings.holder(places[i]);
    w.bindings.prefetch_phone(receivers[i]);
  }
  for (std::size_t i = 0; i < burst.size(); ++i)
    inbound(w, w.bindings[receivers[i]], burst[i], lanes);
}

}  // namespace portico::datapath
