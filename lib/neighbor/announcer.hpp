// SPDX-License-Identifier: BSD-3-Clause
// Goes through the pools' addresses and has each announced, a few at a time: a pool may hold tens
// of thousands, and every host of the link looks at each announcement.
#pragma once

#include "base/next_hop.hpp"
#include "base/time.hpp"
#include "neighbor/interface.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace portico::neighbor {

class Announcer {
 public:
  static constexpr std::uint32_t kAtOnce = 16;
  static constexpr Duration kPause = 10ms;

  /// Starts over with the addresses of `self.also_own` that lie in the network of the link; nobody
  /// on the link asks for the others, which are routed to us.
  void start(Side side, const Interface& self, Time now);

  [[nodiscard]] std::optional<Time> due() const noexcept;

  /// Calls announce(side, address) for the next few addresses, if they are due.
  template <class Announce>
  void advance(Time now, Announce&& announce) {
    if (spans_.empty() || now < due_) return;
    for (std::uint32_t i = 0; i < kAtOnce && !spans_.empty(); ++i) {
      const Address next = take();
      announce(next.side, next.address);
    }
    due_ = now + kPause;
  }

 private:
  struct Address {
    Side side;
    Ipv4 address;
  };
  struct Span {
    Side side;
    Ipv4 next;
    Ipv4 last;
  };
  [[nodiscard]] Address take() noexcept;

  std::vector<Span> spans_;  // worked off from the back; none is empty
  Time due_;
};

}  // namespace portico::neighbor
