// SPDX-License-Identifier: BSD-3-Clause
// What tunnels learn of their far ends while they run: how large a packet the path takes, by what
// routers say; and where a gateway behind a NAT is, by its packets.
#pragma once

#include "gateway/rounds.hpp"
#include "gateway/tunnels.hpp"
#include "stats/counter.hpp"
#include "tunnel/quoted.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace portico::gateway {

/// Written by the control core only.
struct TunnelPeerCounters {
  stats::Counter path_mtu_lowered;
  stats::Counter path_mtu_forgotten;
  stats::Counter too_big_ignored;
  stats::Counter far_end_moved;
};
inline constexpr auto kTunnelPeerCounters = stats::group<TunnelPeerCounters>(
    "tunnel_peers",
    {
        {&TunnelPeerCounters::path_mtu_lowered, "path_mtu_lowered",
         "times that a router said that a tunnel's path takes less"},
        {&TunnelPeerCounters::path_mtu_forgotten, "path_mtu_forgotten",
         "times that this was forgotten, so that more is tried again"},
        {&TunnelPeerCounters::too_big_ignored, "too_big_ignored",
         "such messages about no packet of a tunnel's, without news, too many at once, or not to "
         "be believed"},
        {&TunnelPeerCounters::far_end_moved, "far_end_moved",
         "times that a gateway was heard from another address or port, and is sent to there"},
    });

/// No path is believed to take less, for anybody may send an ICMP error: 512 octets of data behind
/// headers of 40, and four times what a packet of voice has. Other systems draw the line there too.
inline constexpr std::uint16_t kLeastPathMtu = 552;
/// How long a path's MTU is believed after a router said it last (RFC 1191 section 6.3).
inline constexpr Duration kPathMtuLasts = 600s;

class TunnelPeers {
 public:
  /// `learns_mtu`: routers are believed, whom anybody can play (RFC 4301 section 6.1.1).
  explicit TunnelPeers(Tunnels& tunnels, bool learns_mtu = true)
      : tunnels_(tunnels), learns_mtu_(learns_mtu), round_(kTunnelLook) {}

  /// An IP packet of ICMP to our outer address. True: it says that a packet from there was too big,
  /// and is looked at with the tunnels, at most so many at once. It costs one look through them,
  /// not one each.
  bool on_icmp(Bytes packet);
  void turn(Now now);
  [[nodiscard]] std::optional<Time> next_deadline() const noexcept {
    return tunnels_.entries().empty() ? std::nullopt : std::optional{round_.next()};
  }
  [[nodiscard]] const TunnelPeerCounters& counters() const noexcept { return counters_; }

 private:
  struct Report {
    tunnel::Quoted packet;
    std::uint16_t mtu = 0;
  };
  static constexpr std::size_t kMostReports = 256;

  void look_at_mtu(Tunnels::Entry& entry, Now now);
  void look_at_far_end(Tunnels::Entry& entry, Now now);
  [[nodiscard]] std::optional<std::uint16_t> reported_mtu(const Tunnels::Entry& entry);

  Tunnels& tunnels_;
  bool learns_mtu_;
  using Reports = std::unordered_multimap<std::uint32_t, Report>;  // by whom the packet was for
  Reports new_reports_;                                            // since the round began
  Reports reports_;  // that every tunnel is asked about in it
  Rounds round_;
  TunnelPeerCounters counters_;
};

}  // namespace portico::gateway
