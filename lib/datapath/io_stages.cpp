// SPDX-License-Identifier: BSD-3-Clause
// What surrounds the translation: orders, receive, send, punt, release.
#include "base/next_hop.hpp"
#include "datapath/classify.hpp"
#include "datapath/ordinary.hpp"
#include "datapath/stages.hpp"
#include "nappt/packet.hpp"

#include <type_traits>
#include <variant>

namespace portico::datapath {
namespace {

using stats::Drop;

/// Bounds what a turn spends on control: about 20 µs.
constexpr std::size_t kOrdersPerTurn = 64;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;  // Clang 14 does not deduce aggregates

void age_fragments(Worker& w) noexcept {
  w.drops.count(Drop::FragmentIncomplete, w.reassembly.age());
}

void carry_out(Worker& w, const orders::Order& order) noexcept {
  std::visit(Overloaded{
                 [](std::monostate) {},
                 [&w](const orders::AddBinding& o) { w.bindings.add(o.binding); },
                 [&w](const orders::RemoveBinding& o) { w.bindings.remove(o.private_address); },
                 [&w](const orders::SetNextHop& o) { w.next_hops.set(o.index, o.hop); },
                 [&w](const orders::SetOnLink& o) { w.next_hops.set_on_link(o.address, o.index); },
                 [&w](const orders::SetPath& o) { w.tunnels.set_path(o.tunnel, *o.path); },
                 [&w](const orders::SetSenders& o) { w.tunnels.set_senders(o.tunnel, o.sas); },
                 [&w](const orders::ExtendSa& o) { w.tunnels.extend(o.tunnel, o.spi, o.reserved); },
                 [&w](const orders::AddReceiver& o) { w.tunnels.add_receiver(o.receiver); },
                 [&w](const orders::RemoveReceiver& o) { w.tunnels.remove_receiver(o.spi); },
                 [&w](const orders::AddBlock& o) { w.blocks.add(o.block, o.tunnel); },
                 [&w](const orders::RemoveBlock& o) { w.blocks.remove(o.block); },
                 [&w](const orders::ForgetTunnel& o) { w.tunnels.forget(o.tunnel); },
                 [&w](orders::AgeFragments) { age_fragments(w); },
                 [&w](orders::TakeSnapshot) { w.snapshot = w.stats(); },
             },
             order);
}

void take_in_from(nappt::Phone& sender, Lane lane, rte_mbuf* m, Lanes& lanes) noexcept {
  nappt::prefetch(sender);
  lanes.push_from(sender, lane, m);
}
void take_in_for(Place receiver, const Worker& w, rte_mbuf* m, Lanes& lanes) noexcept {
  w.bindings.prefetch_place(receiver);
  lanes.push_for(receiver, m);
}

/// Whose SA it is for is on its way into the cache.
void take_in_esp(const Worker& w, const std::uint8_t* ip, rte_mbuf* m, Lanes& lanes) noexcept {
  w.tunnels.prefetch_receiver(load_be<std::uint32_t>(ip + wire::Ipv4Header::kSize));
  lanes.push(Lane::Outer, m);
}

/// What is not ordinary to a gateway.
[[gnu::noinline]] void take_in_by_rule(Worker& w, Side side, rte_mbuf* m, Lanes& lanes) noexcept {
  if (!is_whole(m)) return lanes.push(Drop::OversizeFrame, m);
  const auto verdict = classify(w.links, w.bindings, side, octets_of(m), note_of(m));
  if (!is_nappt(verdict.lane)) return lanes.push(verdict, m);
  const nappt::Packet packet{first_octet(m) + w.link(side).header_size()};
  if (verdict.lane == Lane::Inbound)
    take_in_for(w.bindings.receiver_of(packet), w, m, lanes);
  else
    take_in_from(w.bindings[w.bindings.sender_of(packet)], verdict.lane, m, lanes);
}

/// None: it lies in several buffers, or is for rules to judge.
[[nodiscard]] const std::uint8_t* plain_packet(const Link& link, rte_mbuf* m) noexcept {
  return is_whole(m) ? plain_packet(link, octets_of(m)) : nullptr;
}

/// Each packet's lane; whose it is, is on its way into the cache.
template <Side side>
void take_in(Worker& w, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto* ip = plain_packet(w.link(side), m);
  if (ip != nullptr) [[likely]] {
    if constexpr (side == Side::Lan) {
      const auto sender = ordinary_outbound(w.surroundings, w.bindings, ip);
      if (sender != nappt::kNobody) [[likely]]
        return take_in_from(w.bindings[sender], Lane::Outbound, m, lanes);
    } else {
      const auto receiver = ordinary_inbound(w.surroundings, w.bindings, ip);
      if (receiver != kNowhere) [[likely]]
        return take_in_for(receiver, w, m, lanes);
      if (is_ordinary_esp(w.link(side), ip)) return take_in_esp(w, ip, m, lanes);
    }
  }
  take_in_by_rule(w, side, m, lanes);
}

/// To a concentrator.
void take_in_for_blocks(const Worker& w, Side side, rte_mbuf* m, Lanes& lanes) noexcept {
  if (!is_whole(m)) return lanes.push(Drop::OversizeFrame, m);
  if (side == Side::Wan) {
    const auto* ip = plain_packet(w.link(side), octets_of(m));
    if (ip != nullptr && is_ordinary_esp(w.link(side), ip)) return take_in_esp(w, ip, m, lanes);
  }
  const auto verdict = classify(w.links, w.blocks, side, octets_of(m), note_of(m));
  if (verdict.lane != Lane::Inbound) return lanes.push(verdict, m);
  const nappt::Packet packet{first_octet(m) + w.link(side).header_size()};
  const auto place = w.blocks.place_of(packet.destination(), packet.destination_port());
  w.blocks.prefetch(place);
  lanes.push_for(place, m);
}

/// A burst of one side, each packet of which `take` gives its lane.
template <class Take>
std::size_t receive_from(Worker& w, Side side, const Take& take) noexcept {
  std::array<rte_mbuf*, kMaxBurst> room;
  const auto burst = w.port(side).receive(room);
  if (burst.empty()) return 0;
  for (auto* m : burst) rte_prefetch0(first_octet(m));
  std::uint64_t octets = 0;
  for (auto* m : burst) {
    octets += m->pkt_len;
    take(m);
  }
  w.port(side).count_received(burst.size(), octets);
  return burst.size();
}

void send_to(Worker& w, Side side, Lane lane, Lanes& lanes) noexcept {
  const auto burst = lanes.take(lane);
  if (burst.empty()) return;
  for (auto* m : w.port(side).send(burst)) lanes.push(Drop::TxFull, m);
}

/// Why a packet that control has no room for is dropped.
[[nodiscard]] Drop punt_full(const Note& note) noexcept {
  switch (note.kind) {
    case PuntKind::Arp:
      return Drop::PuntFullArp;
    case PuntKind::Dhcp:
      return Drop::PuntFullDhcp;
    case PuntKind::Service:
      return Drop::PuntFullService;
    case PuntKind::Icmp:
      return Drop::PuntFullIcmp;
    case PuntKind::Error:
      return note.reason;  // it is dropped for that all the same, only without an answer
    case PuntKind::Neighbor:
      break;
  }
  return Drop::PuntFullNeighbor;
}

}  // namespace

void serve_orders(Worker& w) noexcept {
  w.orders.serve(kOrdersPerTurn, [&w](const orders::Order& order) { carry_out(w, order); });
}

std::size_t receive(Worker& w, Lanes& lanes) noexcept {
  return receive_from(w, Side::Lan, [&](auto* m) { take_in<Side::Lan>(w, m, lanes); }) +
         receive_from(w, Side::Wan, [&](auto* m) { take_in<Side::Wan>(w, m, lanes); });
}

std::size_t receive_as_concentrator(Worker& w, Lanes& lanes) noexcept {
  std::size_t received = 0;
  for (const auto side : {Side::Lan, Side::Wan})
    received += receive_from(w, side, [&](auto* m) { take_in_for_blocks(w, side, m, lanes); });
  return received;
}

void join_originated(Worker& w, Lanes& lanes) noexcept {
  std::array<rte_mbuf*, kMaxBurst> room;
  const auto n = rte_ring_sc_dequeue_burst(
      w.from_control.get(), reinterpret_cast<void**>(room.data()), kMaxBurst, nullptr);
  for (auto* m : Burst{room}.first(n)) {
    const auto& note = note_of(m);
    if (note.tunnel != kNoTunnel)
      lanes.push_by(note.tunnel, Lane::IntoTunnel, m);
    else
      lanes.push(note.side == Side::Lan ? Lane::ToLan : Lane::ToWan, m);
  }
}

void send(Worker& w, Lanes& lanes) noexcept {
  send_to(w, Side::Lan, Lane::ToLan, lanes);
  send_to(w, Side::Wan, Lane::ToWan, lanes);
}

void punt(Worker& w, Lanes& lanes) noexcept {
  for (auto* m : lanes.take(Lane::Punt)) {
    if (w.punt.push(m))
      ++w.counters.punted;
    else
      lanes.push(punt_full(note_of(m)), m);
  }
}

void release(Worker& w, Lanes& lanes) noexcept {
  const auto dropped = lanes.take(Lane::Drop);
  for (std::size_t i = 0; i < dropped.size(); ++i) w.drops.count(lanes.reason(i));
  for (const auto burst : {dropped, lanes.take(Lane::Copied)})
    if (!burst.empty()) rte_pktmbuf_free_bulk(burst.data(), static_cast<unsigned>(burst.size()));
}

}  // namespace portico::datapath
