// SPDX-License-Identifier: BSD-3-Clause
// One worker's tunnels: how packets are dressed for the far end, by which SA, and what came of it.
// Only the worker writes; control reads the counters.
#pragma once

#include "base/addresses.hpp"
#include "base/tunnel_index.hpp"
#include "stats/counter.hpp"
#include "tunnel/open_table.hpp"
#include "tunnel/path.hpp"
#include "tunnel/record.hpp"
#include "tunnel/sa.hpp"

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

namespace portico::tunnel {

/// What went through a tunnel, and what was refused of what came by it: the audit events of RFC
/// 4301 section 4.4.2 and RFC 4303 section 3.4 (E-11).
struct Counters {
  stats::Counter packets_out;
  stats::Counter octets_out;
  stats::Counter packets_in;
  stats::Counter octets_in;
  stats::Counter replayed;
  stats::Counter integrity_failures;
  stats::Counter malformed;
  stats::Counter bad_selectors;
};
inline constexpr auto kCounters = stats::group<Counters>(
    "tunnel",
    {
        {&Counters::packets_out, "packets_out", "packets sent into the tunnel"},
        {&Counters::octets_out, "octets_out", "their octets, without the outer headers"},
        {&Counters::packets_in, "packets_in", "packets that came out of the tunnel"},
        {&Counters::octets_in, "octets_in", "their octets, without the outer headers"},
        {&Counters::replayed, "replayed", "packets whose number had come, or was too old"},
        {&Counters::integrity_failures, "integrity_failures", "packets forged or corrupted"},
        {&Counters::malformed, "malformed", "packets whose padding or content is wrong"},
        {&Counters::bad_selectors, "bad_selectors", "inner packets that are not the tunnel's"},
    });

/// A tunnel as a worker sends by it.
struct alignas(64) Tunnel {
  std::optional<Path> path;  ///< none: there is no such tunnel
  OutboundSa* sa = nullptr;  ///< this worker's, if it owns one
  std::uint16_t owner = 0;   ///< the worker that seals what this one sends
  Counters counters;
};

/// An inbound SA, and the worker that opens its packets.
struct Receiver {
  InboundSa* sa = nullptr;
  std::uint16_t owner = 0;
};

class Tunnels {
 public:
  struct Shape {
    TunnelIndex capacity = 1;  ///< indexes below it exist; kNoTunnel is one of them
    std::size_t sas = 0;       ///< inbound ones at once
    std::uint16_t worker = 0;
  };
  explicit Tunnels(const Shape& shape,
                   std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : tunnels_(shape.capacity, memory),
        receivers_(shape.sas, memory),
        peers_(shape.capacity, memory),
        worker_(shape.worker) {}

  [[nodiscard]] static std::uint64_t memory_bytes(const Shape& shape) noexcept {
    return shape.capacity * sizeof(Tunnel) + OpenTable<Receiver>::memory_bytes(shape.sas) +
           OpenTable<TunnelIndex>::memory_bytes(shape.capacity);
  }

  // What control orders.

  void clear_path(TunnelIndex index) noexcept {
    auto& path = tunnels_[index].path;
    if (path && path->kind == Encapsulation::Ipip) peers_.erase(path->peer.bits);
    path.reset();
  }
  void set_path(TunnelIndex index, const Path& path) noexcept {
    clear_path(index);
    tunnels_[index].path = path;
    if (path.kind == Encapsulation::Ipip) peers_.set(path.peer.bits, index);
  }
  /// The SAs that it sends by from now on, a power of two of them; none: it is down.
  void set_senders(TunnelIndex index, std::span<OutboundSa> sas) noexcept {
    auto& tunnel = tunnels_[index];
    tunnel.owner = sas.empty() ? worker_ : static_cast<std::uint16_t>(worker_ % sas.size());
    tunnel.sa = !sas.empty() && tunnel.owner == worker_ ? &sas[worker_] : nullptr;
  }
  /// Of one of these SAs, if this worker owns it: all numbers below `reserved` may be used.
  void extend(TunnelIndex index, std::uint32_t spi, std::uint64_t reserved) noexcept {
    auto* sa = tunnels_[index].sa;
    if (sa != nullptr && sa->spi == spi) sa->reserved = reserved;
  }
  void add_receiver(const Receiver& receiver) noexcept {
    receivers_.set(receiver.sa->spi, receiver);
  }
  void remove_receiver(std::uint32_t spi) noexcept { receivers_.erase(spi); }
  /// Another tunnel will have this index: it counts from 0. What this one counted is nobody's from
  /// now on, so that what all of them counted together never shrinks.
  void forget(TunnelIndex index) noexcept {
    clear_path(index);
    auto& nobodys = tunnels_[kNoTunnel].counters;
    for (const auto& field : kCounters.fields)
      nobodys.*field.member += (tunnels_[index].counters.*field.member).value();
    tunnels_[index] = {};
  }

  // What a packet finds.

  void prefetch(TunnelIndex index) const noexcept {
    const auto* line = reinterpret_cast<const std::uint8_t*>(&tunnels_[index]);
    for (std::size_t at = 0; at < sizeof(Tunnel); at += 64) __builtin_prefetch(line + at, 1);
  }
  /// Of one that is in the cache already.
  void prefetch_sender(TunnelIndex index) const noexcept {
    __builtin_prefetch(tunnels_[index].sa, 1);
  }
  [[nodiscard]] Tunnel& operator[](TunnelIndex index) noexcept { return tunnels_[index]; }
  [[nodiscard]] const Tunnel& operator[](TunnelIndex index) const noexcept {
    return tunnels_[index];
  }
  void prefetch_receiver(std::uint32_t spi) const noexcept { receivers_.prefetch(spi); }
  [[nodiscard]] const Receiver* receiver_of(std::uint32_t spi) const noexcept {
    return receivers_.find(spi);
  }
  /// The IPIP tunnel whose far end this is; kNoTunnel: nobody's.
  [[nodiscard]] TunnelIndex ipip_from(Ipv4 peer) const noexcept {
    const auto* index = peers_.find(peer.bits);
    return index == nullptr ? kNoTunnel : *index;
  }
  [[nodiscard]] std::uint16_t worker() const noexcept { return worker_; }
  /// False: there can be none.
  [[nodiscard]] bool any() const noexcept { return tunnels_.size() > 1; }

  // What the audit finds.

  [[nodiscard]] TunnelIndex capacity() const noexcept {
    return static_cast<TunnelIndex>(tunnels_.size());
  }
  /// `visit(spi, receiver)`.
  template <class Visit>
  void for_each_receiver(Visit&& visit) const {
    receivers_.for_each(visit);
  }

 private:
  std::pmr::vector<Tunnel> tunnels_;
  OpenTable<Receiver> receivers_;  // by SPI
  OpenTable<TunnelIndex> peers_;   // by outer address
  std::uint16_t worker_;
};

}  // namespace portico::tunnel
