// SPDX-License-Identifier: BSD-3-Clause
// A table of neighbours with its sink and its clock.
#pragma once

#include "neighbor/table.hpp"

#include "unit/neighbor/recorder.hpp"
#include <algorithm>

namespace portico::neighbor {

inline const Ipv4 kRouter = "198.51.100.1"_ip;
inline const Ipv4 kPeer = "198.51.100.50"_ip;
inline constexpr Time kStart{1'000'000'000};

inline Config small() {
  return {.interfaces = {lan(), wan()}, .capacity = 4, .max_unresolved = 2, .max_held = 6};
}

struct Bench {
  Recorder sink;
  Table table;
  Time now = kStart;

  explicit Bench(const Config& config = small()) : table{config, sink} {}

  Concern hear(const wire::ArpMessage& m, Side side = Side::Wan) {
    const Wired wired{m};
    return table.on_arp(side, wired.view(), now);
  }
  void resolve(Ipv4 a, PacketId p) { table.resolve(Side::Wan, a, p, now); }
  void wait(Duration d) {
    const Time until = now + d;
    while (table.next_deadline() && *table.next_deadline() <= until) {
      now = std::max(now, *table.next_deadline());
      table.tick(now);
    }
    now = until;
  }
  [[nodiscard]] State state_of(Ipv4 a) const { return table.find(Side::Wan, a)->state; }
  /// Every packet handed over came back, or waits.
  [[nodiscard]] bool balanced(std::size_t handed_over) const {
    return sink.ready.size() + sink.dropped.size() + table.held() == handed_over;
  }
};

}  // namespace portico::neighbor
