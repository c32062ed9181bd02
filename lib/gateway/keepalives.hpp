// SPDX-License-Identifier: BSD-3-Clause
// A tunnel in UDP that says nothing for a while says that (RFC 3948 section 4), so that a NAT on
// the way does not forget where packets for its gateway go.
#pragma once

#include "gateway/rounds.hpp"
#include "gateway/transmitter.hpp"
#include "gateway/tunnels.hpp"
#include "stats/counter.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace portico::gateway {

/// Written by the control core only.
struct KeepaliveCounters {
  stats::Counter sent;
};
inline constexpr auto kKeepaliveCounters = stats::group<KeepaliveCounters>(
    "keepalives", {{&KeepaliveCounters::sent, "sent", "keepalives of tunnels in UDP"}});

class Keepalives {
 public:
  /// `silence`: after which one is sent; 0: never.
  Keepalives(Duration silence, const Tunnels& tunnels, Transmitter& transmitter)
      : silence_(silence), tunnels_(tunnels), transmitter_(transmitter), round_(250ms) {}

  void turn(Now now);
  [[nodiscard]] std::optional<Time> next_deadline() const noexcept {
    if (silence_ == Duration{0} || tunnels_.entries().empty()) return std::nullopt;
    return round_.next();
  }
  [[nodiscard]] const KeepaliveCounters& counters() const noexcept { return counters_; }

 private:
  void look_at(const Tunnels::Entry& entry, Now now);

  struct Seen {
    std::uint64_t numbers = 0;  // of all packets that it sent
    Time since{};               // nothing more, not even a keepalive
  };
  Duration silence_;
  const Tunnels& tunnels_;
  Transmitter& transmitter_;
  std::unordered_map<TunnelIndex, Seen> seen_;
  Rounds round_;
  KeepaliveCounters counters_;
};

}  // namespace portico::gateway
