// SPDX-License-Identifier: BSD-3-Clause
// Translation. Three passes: by the second the places of a burst are in cache, by the third the
// phones.
#include "datapath/stages.hpp"
#include "nappt/translate.hpp"

namespace portico::datapath {
namespace {

using nappt::Packet;
using stats::Drop;

/// Finds the phones of a burst, each prefetched, and lets `decide` send every packet to its lane.
template <class PlaceOf, class Decide>
void for_each_phone(Worker& w, Lanes& lanes, Burst burst, PlaceOf&& place_of, Decide&& decide) {
  std::array<nappt::Place, kLaneSize> places;
  std::array<nappt::Slot, kLaneSize> slots;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    places[i] = place_of(Packet{first_octet(burst[i])});
    w.bindings.prefetch(places[i]);
  }
  for (std::size_t i = 0; i < burst.size(); ++i) {
    slots[i] = w.bindings.holder(places[i]);
    w.bindings.prefetch_phone(slots[i]);
  }
  for (std::size_t i = 0; i < burst.size(); ++i)
    lanes.push(decide(w.bindings[slots[i]], burst[i]), burst[i]);
}

[[nodiscard]] nappt::MacOctets source_mac(const Worker& w, rte_mbuf* m) noexcept {
  return nappt::MacOctets{first_octet(m) - w.link(Side::Lan).header_size() + 6, 6};
}

/// Hands a packet to control as it was received, for an ICMP error.
[[nodiscard]] Verdict answer_with_error(const Worker& w, Side from, Drop why,
                                        rte_mbuf* m) noexcept {
  unstrip(m, w.link(from).header_size());
  note_of(m) = {.kind = PuntKind::Error, .side = from, .reason = why};
  return Lane::Punt;
}

/// A packet too big whose sender did not ask for an answer is only counted.
[[nodiscard]] Verdict too_big(const Worker& w, Side from, const Packet& packet,
                              rte_mbuf* m) noexcept {
  return packet.dont_fragment() ? answer_with_error(w, from, Drop::TooBig, m) : Drop::TooBig;
}

[[nodiscard]] Verdict leave(const Worker& w, Side side, const Mac& to, rte_mbuf* m) noexcept {
  w.link(side).write_header(first_octet(m), to);
  unstrip(m, w.link(side).header_size());
  return side == Side::Lan ? Lane::ToLan : Lane::ToWan;
}

/// By a next hop. If control has not found its MAC yet, the packet waits there.
[[nodiscard]] Verdict leave_by(const Worker& w, HopIndex index, Ipv4 destination,
                               rte_mbuf* m) noexcept {
  const auto& hop = w.next_hops[index];
  const auto lane = leave(w, hop.side, hop.mac, m);
  if (hop.resolved) return lane;
  note_of(m) = {.kind = PuntKind::Neighbor,
                .side = hop.side,
                .next_hop = index == kNoHop ? destination : hop.address,
                .hop = index};
  return Lane::Punt;
}

[[nodiscard]] Verdict outbound(Worker& w, nappt::Phone& phone, rte_mbuf* m) noexcept {
  const Packet packet{first_octet(m)};
  if (const auto why = nappt::refuse_outbound(phone, source_mac(w, m), packet)) return *why;
  if (packet.ttl() <= 1) return answer_with_error(w, Side::Lan, Drop::TtlExceeded, m);
  const auto destination = packet.destination();
  const bool hairpin = w.bindings.is_public(destination);
  if (packet.length() > w.link(hairpin ? Side::Lan : Side::Wan).mtu())
    return too_big(w, Side::Lan, packet, m);
  if (hairpin) {  // U-9; the TTL is decremented once, as it comes in again
    translate_outbound(phone, packet, nappt::Ttl::Keep);
    ++w.translated.outbound;
    ++w.translated.hairpinned;
    return Lane::Inbound;
  }
  const auto hop = w.next_hops.towards(destination);
  if (hop == kNoRoute) return answer_with_error(w, Side::Lan, Drop::NoRoute, m);
  translate_outbound(phone, packet, nappt::Ttl::Decrement);
  ++w.translated.outbound;
  return leave_by(w, hop, destination, m);
}

[[nodiscard]] Verdict inbound(Worker& w, nappt::Phone& phone, rte_mbuf* m) noexcept {
  const Packet packet{first_octet(m)};
  if (const auto why = nappt::refuse_inbound(phone, packet)) return *why;
  if (packet.ttl() <= 1) return answer_with_error(w, Side::Wan, Drop::TtlExceeded, m);
  if (packet.length() > w.link(Side::Lan).mtu()) return too_big(w, Side::Wan, packet, m);
  translate_inbound(phone, packet);
  ++w.translated.inbound;
  if (phone.next_hop == kNoHop) return leave(w, Side::Lan, phone.mac, m);
  return leave_by(w, phone.next_hop, phone.private_address, m);
}

}  // namespace

void nappt_outbound(Worker& w, Lanes& lanes) noexcept {
  for_each_phone(
      w, lanes, lanes.take(Lane::Outbound),
      [&w](const Packet& p) { return w.bindings.place_of(p.source()); },
      [&w](nappt::Phone& phone, rte_mbuf* m) { return outbound(w, phone, m); });
}

void nappt_inbound(Worker& w, Lanes& lanes) noexcept {
  for_each_phone(
      w, lanes, lanes.take(Lane::Inbound),
      [&w](const Packet& p) { return w.bindings.place_of(p.destination(), p.destination_port()); },
      [&w](nappt::Phone& phone, rte_mbuf* m) { return inbound(w, phone, m); });
}

}  // namespace portico::datapath
