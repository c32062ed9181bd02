// SPDX-License-Identifier: BSD-3-Clause
// Is an address that is about to be offered in use already (RFC 2131 sections 2.2 and 3.1)? It is
// pinged: on the link after ARP has said who might have it, behind a router by that router. Who
// answers ARP alone is not believed, for some access networks answer it for everybody.
#pragma once

#include "base/time.hpp"
#include "gateway/transmitter.hpp"
#include "icmp/echo.hpp"
#include "stats/counter.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace portico::gateway {

struct ProbeCounters {
  stats::Counter begun;
  stats::Counter silent;
  stats::Counter answered;
  stats::Counter shed;
};
inline constexpr auto kProbeCounters = stats::group<ProbeCounters>(
    "probes", {{&ProbeCounters::begun, "begun", "addresses pinged before they are offered"},
               {&ProbeCounters::silent, "silent", "that nobody answered for"},
               {&ProbeCounters::answered, "answered", "that somebody answered for"},
               {&ProbeCounters::shed, "shed",
                "addresses offered without a ping, for too many were being pinged"}});

class Probes {
 public:
  /// `wait`: how long an answer is waited for; zero: nothing is probed. At most `most` at once.
  Probes(Ipv4 lan_address, Duration wait, std::size_t most, Transmitter& transmitter);

  /// Asks for `address`, which is behind the router `via` or, without one, on the link. False: it
  /// is not probed. True: `ticket` comes back by take_silent or answered_by.
  [[nodiscard]] bool begin(std::uint64_t ticket, Ipv4 address, std::optional<Ipv4> via, Now now);

  /// True: it was the answer for an address that is probed.
  bool on_arp(const wire::ArpView& arp);
  /// The ticket of a probe that this packet from the LAN answers, if it does.
  [[nodiscard]] std::optional<std::uint64_t> answered_by(Bytes packet);
  /// The ticket of a probe that has waited long enough.
  [[nodiscard]] std::optional<std::uint64_t> take_silent(Now now);
  [[nodiscard]] std::optional<Time> next_deadline() const;

  [[nodiscard]] const ProbeCounters& counters() const noexcept { return counters_; }

 private:
  struct Probe {
    std::uint64_t ticket;
    Ipv4 address;
    Time deadline;
    bool pinged;
  };
  [[nodiscard]] icmp::Echo echo_of(const Probe& probe) const noexcept;

  Ipv4 lan_address_;
  Duration wait_;
  std::size_t most_;
  Transmitter& transmitter_;
  std::deque<Probe> probes_;  // few; the one that has waited longest in front
  ProbeCounters counters_;
};

}  // namespace portico::gateway
