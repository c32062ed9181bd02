// SPDX-License-Identifier: BSD-3-Clause
// Where the packets of a turn are. A packet is always in exactly one lane: stages take a lane's
// packets and push each to the next, and only the last stage frees.
#pragma once

#include "base/tunnel_index.hpp"
#include "nappt/bindings.hpp"
#include "stats/drops.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

struct rte_mbuf;

namespace portico::datapath {

inline constexpr std::size_t kMaxBurst = 32;
/// How many packets a turn may make of others: fragments.
inline constexpr std::size_t kMostMade = kMaxBurst;
/// What a turn can hold: a burst of each port, one from control, one from other workers.
inline constexpr std::size_t kLaneSize = 4 * kMaxBurst + kMostMade;

enum class Lane : std::uint8_t {
  Outbound,    ///< to be translated, from a phone to the network
  Hairpin,     ///< from a phone to another's public address
  Inbound,     ///< from the network to a phone
  FromTunnel,  ///< an inner packet, behind room for a frame's header
  IntoTunnel,  ///< an IP packet without a frame
  Fragment,    ///< of a packet that may be a tunnel's
  Outer,       ///< to be taken out of its tunnel
  HandOver,    ///< for another worker, as its note says
  ToLan,       ///< a frame to send
  ToWan,
  Punt,    ///< for control, as its note says
  Copied,  ///< what it said is kept, and counted, elsewhere
  Drop,
};
inline constexpr std::size_t kLanes = 13;

/// Those whose packets belong to a phone: who sends is known, who receives is told by a place.
inline constexpr std::size_t kSenderLanes = 2;
[[nodiscard]] constexpr bool is_nappt(Lane lane) noexcept { return lane <= Lane::Inbound; }

/// What a stage decided about one packet.
struct Verdict {
  Lane lane = Lane::Drop;
  stats::Drop reason{};  ///< of Lane::Drop

  constexpr Verdict(Lane l) noexcept : lane(l) {}               // NOLINT: a lane says it all
  constexpr Verdict(stats::Drop why) noexcept : reason(why) {}  // NOLINT: so does a reason
  friend constexpr bool operator==(Verdict, Verdict) = default;
};

using Burst = std::span<rte_mbuf*>;

class Lanes {
 public:
  /// Into one of the kSenderLanes, from this phone.
  void push_from(nappt::Phone& sender, Lane lane, rte_mbuf* packet) noexcept {
    auto& count = counts_[index(lane)];
    senders_[index(lane)][count] = &sender;
    packets_[index(lane)][count++] = packet;
  }
  /// Into Lane::Inbound, for who holds this place.
  void push_for(Place receiver, rte_mbuf* packet, TunnelIndex from = kNoTunnel) noexcept {
    auto& count = counts_[index(Lane::Inbound)];
    receivers_[count] = {receiver, from};
    packets_[index(Lane::Inbound)][count++] = packet;
  }
  /// Into Lane::FromTunnel or Lane::IntoTunnel.
  void push_by(TunnelIndex tunnel, Lane lane, rte_mbuf* packet) noexcept {
    auto& count = counts_[index(lane)];
    tunnels_[index(lane) - index(Lane::FromTunnel)][count] = tunnel;
    packets_[index(lane)][count++] = packet;
  }
  /// Into any other.
  void push(Verdict verdict, rte_mbuf* packet) noexcept {
    auto& count = counts_[index(verdict.lane)];
    if (verdict.lane == Lane::Drop) [[unlikely]]
      reasons_[count] = verdict.reason;
    packets_[index(verdict.lane)][count++] = packet;
  }
  /// So many packets are about to be made of others. False: the turn may not hold that many.
  [[nodiscard]] bool make(std::size_t packets) noexcept {
    if (packets > may_make_) return false;
    may_make_ -= packets;
    return true;
  }
  /// The packets of a lane, which is empty then; they stay valid until the lane is pushed to.
  [[nodiscard]] Burst take(Lane lane) noexcept {
    auto& count = counts_[index(lane)];
    const Burst burst{packets_[index(lane)].data(), count};
    count = 0;
    return burst;
  }
  /// From whom the packets of a lane are that was taken, in the same order.
  [[nodiscard]] std::span<nappt::Phone* const> senders(Lane lane) const noexcept {
    return senders_[index(lane)];
  }
  struct Receiver {
    Place place;
    TunnelIndex from;  ///< through which tunnel it came
  };
  /// For whom those of Lane::Inbound are.
  [[nodiscard]] std::span<const Receiver> receivers() const noexcept { return receivers_; }
  /// By which tunnel the packets of Lane::FromTunnel or Lane::IntoTunnel come or go.
  [[nodiscard]] std::span<const TunnelIndex> tunnels(Lane lane) const noexcept {
    return tunnels_[index(lane) - index(Lane::FromTunnel)];
  }
  /// Why the packet in this place of Lane::Drop is there.
  [[nodiscard]] stats::Drop reason(std::size_t place) const noexcept { return reasons_[place]; }

 private:
  [[nodiscard]] static constexpr std::size_t index(Lane lane) noexcept {
    return static_cast<std::size_t>(lane);
  }
  std::size_t may_make_ = kMostMade;
  std::array<std::size_t, kLanes> counts_{};
  std::array<std::array<rte_mbuf*, kLaneSize>, kLanes> packets_;  // only the first counts_ are set
  std::array<std::array<nappt::Phone*, kLaneSize>, kSenderLanes> senders_;
  std::array<Receiver, kLaneSize> receivers_;
  std::array<std::array<TunnelIndex, kLaneSize>, 2> tunnels_;
  std::array<stats::Drop, kLaneSize> reasons_;
};

}  // namespace portico::datapath
