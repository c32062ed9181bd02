// SPDX-License-Identifier: BSD-3-Clause
// Out of a tunnel, into a tunnel, and over to the worker whose SA it takes. A burst is opened and
// sealed as a whole: first what is needed of it is on its way into the cache, then the cipher
// works.
#include "base/expects.hpp"
#include "datapath/cut.hpp"
#include "datapath/forwarding.hpp"
#include "datapath/ordinary.hpp"
#include "datapath/stages.hpp"
#include "tunnel/carried.hpp"
#include "tunnel/ecn.hpp"
#include "tunnel/esp.hpp"
#include "tunnel/mss.hpp"
#include "wire/udp.hpp"

namespace portico::datapath {
namespace {

using stats::Drop;
using tunnel::Encapsulation;
using tunnel::InboundSa;
using tunnel::OutboundSa;
using tunnel::Path;
using tunnel::ReplayWindow;
using tunnel::Tunnel;

constexpr std::size_t kIpHeader = wire::Ipv4Header::kSize;  // classify lets no options pass
constexpr std::size_t kUdpHeader = wire::UdpHeader::kSize;

void give_to(std::uint16_t owner, TunnelIndex tunnel, rte_mbuf* m, Lanes& lanes) noexcept {
  note_of(m) = {.tunnel = tunnel, .worker = owner};
  lanes.push(Lane::HandOver, m);
}

// ---- out of a tunnel

/// Of a packet that is translatable, and so has no options.
[[nodiscard]] bool opens_connection(const std::uint8_t* ip) noexcept {
  constexpr std::uint8_t kSyn = 2;
  return ip[9] == wire::kProtocolTcp && (ip[kIpHeader + 13] & kSyn) != 0;
}

/// Why an inner packet, which its sender could make up, is none that either role forwards.
[[gnu::noinline]] std::optional<Drop> refusal_of_inner(MutableBytes inner) noexcept {
  const auto ip = wire::Ipv4Edit::parse(inner);
  if (!ip) return Drop::TunnelMalformed;
  return nappt::untranslatable(*ip);
}

/// What is inside becomes a packet of its own, behind as much room as a frame of the WAN's has. A
/// call of its own would cost 2 clocks a packet.
[[gnu::always_inline]] inline void unwrap(Worker& w, TunnelIndex from, std::uint8_t outer_tos,
                                          MutableBytes inner, rte_mbuf* m, Lanes& lanes) noexcept {
  auto& [path, sa, owner, counters] = w.tunnels[from];
  if (inner.size() < kLeastRead || !is_ordinary_packet(inner.data(), inner.size())) [[unlikely]]
    if (const auto why = refusal_of_inner(inner)) {
      if (*why == Drop::TunnelMalformed) ++counters.malformed;
      return lanes.push(*why, m);
    }
  if (!tunnel::decapsulate_ecn(inner.data(), outer_tos)) return lanes.push(Drop::TunnelEcn, m);
  if (opens_connection(inner.data()) && path)
    tunnel::clamp_mss(*wire::Ipv4Edit::parse(inner), path->inner_mtu);
  const auto length = load_be<std::uint16_t>(&inner[2]);
  ++counters.packets_in;
  counters.octets_in += length;
  const auto behind = static_cast<std::size_t>(inner.data() - first_octet(m));
  resize_header(m, behind, w.link(Side::Wan).header_size(), length);
  lanes.push_by(from, Lane::FromTunnel, m);
}

void out_of_ipip(Worker& w, const std::uint8_t* ip, MutableBytes inner, rte_mbuf* m,
                 Lanes& lanes) noexcept {
  const auto from = w.tunnels.ipip_from({load_be<std::uint32_t>(ip + 12)});
  if (from == kNoTunnel) return lanes.push(Drop::TunnelUnknown, m);
  unwrap(w, from, ip[1], inner, m, lanes);
}

void count_replay(Worker& w, const InboundSa& sa, rte_mbuf* m, Lanes& lanes) noexcept {
  ++w.tunnels[sa.tunnel].counters.replayed;
  lanes.push(Drop::TunnelReplayed, m);
}

/// What was received for an SA of this worker's.
struct Arrived {
  InboundSa* sa;
  rte_mbuf* packet;
  std::uint8_t* esp;  // a span would be set to nothing in all of a turn's places
  std::size_t size;
};

/// This worker's SA that it is for, on its way into the cache; none: it is another's, or nobody's.
[[nodiscard]] InboundSa* sa_of(Worker& w, Bytes esp, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto* receiver = w.tunnels.receiver_of(tunnel::EspView::spi_of(esp));
  if (receiver == nullptr) {
    lanes.push(Drop::TunnelUnknown, m);
    return nullptr;
  }
  if (receiver->owner != w.index) {
    give_to(receiver->owner, kNoTunnel, m, lanes);
    return nullptr;
  }
  __builtin_prefetch(receiver->sa, 1);
  return receiver->sa;
}

/// Up to the cipher: whether it can be right, and whether it has come before.
void prepare(Worker& w, InboundSa& sa, MutableBytes esp, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto view = tunnel::EspView::parse(esp, tunnel::sizes_of(sa.algorithm));
  if (!view) {
    ++w.tunnels[sa.tunnel].counters.malformed;
    return lanes.push(Drop::TunnelMalformed, m);
  }
  const auto low = view->low_number();
  const auto number = sa.esn ? sa.seen.extended(low) : low;
  if (sa.seen.judge(number) != ReplayWindow::Standing::New) return count_replay(w, sa, m, lanes);
  sa.seen.prefetch(number);
  w.tunnels.prefetch(sa.tunnel);
  w.opening.add({.key = sa.key, .packet = esp, .number = number, .esn = sa.esn}, m, &sa);
}

/// Behind the cipher. Twice in one burst is a replay as well.
void finish(Worker& w, const tunnel::Job& job, InboundSa& sa, rte_mbuf* m, Lanes& lanes) noexcept {
  auto& counters = w.tunnels[sa.tunnel].counters;
  if (!job.is_right) {
    ++counters.integrity_failures;
    return lanes.push(Drop::TunnelIntegrity, m);
  }
  const bool is_newest = job.number > sa.seen.top();
  if (!sa.seen.accept(job.number)) return count_replay(w, sa, m, lanes);
  const auto* ip = first_octet(m) + w.link(Side::Wan).header_size();
  if (is_newest && ip[9] == wire::kProtocolUdp)
    sa.heard_from.note({{load_be<std::uint32_t>(ip + 12)}, load_be<std::uint16_t>(ip + kIpHeader)});
  const auto text = tunnel::EspView::of(job.packet, tunnel::sizes_of(sa.algorithm)).text();
  const auto opened = tunnel::read_opened(text);
  if (opened.kind == tunnel::Opened::Kind::Dummy) return lanes.push(Drop::TunnelDummy, m);
  if (opened.kind != tunnel::Opened::Kind::Ipv4) {
    ++counters.malformed;
    return lanes.push(Drop::TunnelMalformed, m);
  }
  sa.octets += opened.payload.size();
  unwrap(w, sa.tunnel, ip[1], opened.payload, m, lanes);
}

// ---- into a tunnel

/// The frame's header, the outer header, that of ESP with its IV: what a packet gets in front.
constexpr std::size_t kMostInFront = wire::EthernetView::kSize + wire::kVlanTagSize + kIpHeader +
                                     kUdpHeader + tunnel::kEspHeaderSize + 16;
static_assert(kMostInFront <= RTE_PKTMBUF_HEADROOM);

/// Grows a packet to what `front` octets before it and `length` in all make of it. False: there is
/// no room behind it.
[[nodiscard]] bool grow(rte_mbuf* m, std::size_t front, std::size_t length) noexcept {
  const auto more = length - front - m->data_len;
  if (more > rte_pktmbuf_tailroom(m)) return false;
  m->data_off = static_cast<std::uint16_t>(m->data_off - front);
  m->data_len = static_cast<std::uint16_t>(length);
  m->pkt_len = static_cast<std::uint32_t>(length);
  return true;
}

void leave_whole(Worker& w, const Path& path, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto peer = path.peer;
  const auto index = w.next_hops.towards(peer);
  if (index == kNoRoute) return lanes.push(Drop::NoRoute, m);
  const auto& hop = w.next_hops[index];
  auto* outer = first_octet(m);
  const std::size_t length = m->data_len;
  if (!hop.resolved) [[unlikely]]
    return wait_for(w, index, peer, outer, 0, length, std::nullopt, m, lanes);
  lanes.push(frame_for(w, hop, outer, 0, length, m), m);
}

[[gnu::noinline]] void leave_in_pieces(Worker& w, const Path& path, rte_mbuf* m,
                                       Lanes& lanes) noexcept {
  Cut cut;
  if (!cut_in_pieces(w, path.mtu, m, cut, lanes)) return;
  for (auto* piece : cut.pieces()) leave_whole(w, path, piece, lanes);
}

void leave(Worker& w, const Path& path, rte_mbuf* m, Lanes& lanes) noexcept {
  if (m->data_len <= path.mtu) [[likely]]
    leave_whole(w, path, m, lanes);
  else
    leave_in_pieces(w, path, m, lanes);
}

void count_sent(Tunnel& t, std::size_t octets) noexcept {
  ++t.counters.packets_out;
  t.counters.octets_out += octets;
}

void into_ipip(Worker& w, Tunnel& t, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto& path = *t.path;
  auto* inner = first_octet(m);
  const std::size_t length = m->data_len;
  if (!grow(m, kIpHeader, kIpHeader + length)) return lanes.push(Drop::TooBig, m);
  path.outer.write(first_octet(m), length, inner, w.identifications);
  count_sent(t, length);
  leave(w, path, m, lanes);
}

/// Why an SA may not send now.
[[nodiscard]] bool is_exhausted(const OutboundSa& sa, std::size_t length) noexcept {
  const auto number = sa.next.value();
  return number >= sa.reserved || number > sa.most || sa.octets_left < length;
}

/// Up to the cipher: all of the packet is there but what it writes.
void into_esp(Worker& w, Tunnel& t, TunnelIndex index, rte_mbuf* m, Lanes& lanes) noexcept {
  if (t.owner != w.index) return give_to(t.owner, index, m, lanes);
  if (t.sa == nullptr) return lanes.push(Drop::TunnelDown, m);
  auto& sa = *t.sa;
  const std::size_t length = m->data_len;
  if (is_exhausted(sa, length)) return lanes.push(Drop::TunnelExhausted, m);
  const auto& outer = t.path->outer;
  const auto room = tunnel::esp_room(tunnel::sizes_of(sa.algorithm), length);
  const auto front = outer.size() + room.header;
  auto* inner = first_octet(m);
  if (!grow(m, front, outer.size() + room.total())) return lanes.push(Drop::TooBig, m);
  const auto number = sa.next.value();
  ++sa.next;
  sa.octets += length;
  sa.octets_left -= length;
  count_sent(t, length);
  tunnel::write_esp_trailer(inner + length, room.padding);
  auto* esp = inner - room.header;
  tunnel::write_esp_header(esp, sa.spi, number);
  outer.write(inner - front, room.total(), inner, w.identifications);
  w.sealing.add({.key = sa.key, .packet = {esp, room.total()}, .number = number, .esn = sa.esn}, m,
                &*t.path);
}

void into(Worker& w, TunnelIndex index, rte_mbuf* m, Lanes& lanes) noexcept {
  auto& t = w.tunnels[index];
  if (!t.path) return lanes.push(Drop::TunnelDown, m);
  if (opens_connection(first_octet(m)))
    tunnel::clamp_mss(*wire::Ipv4Edit::parse(octets_of(m)), t.path->inner_mtu);
  if (t.path->kind == Encapsulation::Ipip) return into_ipip(w, t, m, lanes);
  into_esp(w, t, index, m, lanes);
}

}  // namespace

void take_over(Worker& w, Lanes& lanes) noexcept {
  if (w.to_workers.size() < 2) return;  // alone
  std::array<rte_mbuf*, kMaxBurst> room;
  const auto n = rte_ring_sc_dequeue_burst(
      w.from_workers.get(), reinterpret_cast<void**>(room.data()), kMaxBurst, nullptr);
  for (auto* m : Burst{room}.first(n)) {
    const auto tunnel = note_of(m).tunnel;
    if (tunnel == kNoTunnel)
      lanes.push(Lane::Outer, m);
    else
      lanes.push_by(tunnel, Lane::IntoTunnel, m);
  }
}

void tunnel_inbound(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::Outer);
  if (burst.empty()) return;
  const auto header_size = w.link(Side::Wan).header_size();
  std::array<Arrived, kLaneSize> arrived;
  std::size_t count = 0;
  for (auto* m : burst) {
    auto* ip = first_octet(m) + header_size;
    const MutableBytes packet{ip, load_be<std::uint16_t>(ip + 2)};
    if (ip[9] == wire::kProtocolIpip) {
      out_of_ipip(w, ip, packet.subspan(kIpHeader), m, lanes);
      continue;
    }
    const auto esp = tunnel::esp_within(packet);
    if (const auto* why = std::get_if<Drop>(&esp)) {
      lanes.push(*why, m);
      continue;
    }
    const auto octets = std::get<MutableBytes>(esp);
    if (auto* sa = sa_of(w, octets, m, lanes))
      arrived[count++] = {sa, m, octets.data(), octets.size()};
  }
  w.opening.clear();
  for (const auto& [sa, m, esp, size] : std::span{arrived}.first(count))
    prepare(w, *sa, {esp, size}, m, lanes);
  const auto jobs = w.opening.jobs();
  if (!jobs.empty()) w.cipher->open(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i)
    finish(w, jobs[i], w.opening.what(i), w.opening.packet(i), lanes);
}

void tunnel_outbound(Worker& w, Lanes& lanes) noexcept {
  const auto burst = lanes.take(Lane::IntoTunnel);
  if (burst.empty()) return;
  const auto tunnels = lanes.tunnels(Lane::IntoTunnel);
  for (std::size_t i = 0; i < burst.size(); ++i) w.tunnels.prefetch_sender(tunnels[i]);
  w.sealing.clear();
  for (std::size_t i = 0; i < burst.size(); ++i) into(w, tunnels[i], burst[i], lanes);
  const auto jobs = w.sealing.jobs();
  if (!jobs.empty()) w.cipher->seal(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i)
    leave(w, w.sealing.what(i), w.sealing.packet(i), lanes);
}

void hand_over(Worker& w, Lanes& lanes) noexcept {
  for (auto* m : lanes.take(Lane::HandOver)) {
    if (rte_ring_mp_enqueue(w.to_workers[note_of(m).worker], m) == 0)
      ++w.counters.handed_over;
    else
      lanes.push(Drop::HandOverFull, m);
  }
}

}  // namespace portico::datapath
