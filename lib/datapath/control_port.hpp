// SPDX-License-Identifier: BSD-3-Clause
// The control core's own way to the network: it takes what the workers punted and sends frames of
// its own. One thread.
#pragma once

#include "base/endian.hpp"
#include "datapath/port.hpp"
#include "datapath/worker.hpp"
#include "stats/drops.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

struct rte_mempool;

namespace portico::datapath {

struct ControlCounters {
  stats::Counter originated;
  stats::Counter consumed;
};
inline constexpr auto kControlCounters = stats::group<ControlCounters>(
    "control", {
                   {&ControlCounters::originated, "originated", "frames made by the control core"},
                   {&ControlCounters::consumed, "consumed",
                    "packets that the control core took in, for itself or to send later"},
               });

class ControlPort {
 public:
  /// Control's own tx queue of a side's port; none: worker 0 sends for it.
  struct Outlet {
    std::uint16_t port = 0;
    std::uint16_t queue = 0;
  };
  struct Shape {
    std::vector<Worker*> workers;
    rte_mempool* packets = nullptr;  ///< with kPrivateSize octets in front of each buffer
    std::array<std::optional<Outlet>, kSides> outlets;
  };
  explicit ControlPort(const Shape& shape);

  /// Hands over what waits, up to `most` of each worker and kind. `handle(MutableBytes frame, const
  /// Note&)` returns why it dropped the packet, or nothing if it took it in. Returns how many.
  /// Nothing more is taken in while half of the way out is full: one packet may be answered by a
  /// whole window (RFC 7440), and what is asked can wait where an answer would be lost.
  template <class Handle>
  std::size_t for_each_punted(std::size_t most, Handle&& handle) {
    std::size_t n = 0;
    for (auto* worker : workers_)
      for (std::size_t kind = 0; kind < kPuntKinds; ++kind)
        for (std::size_t i = 0; i < most && can_answer(); ++i) {
          auto* m = worker->punt.pop(static_cast<PuntKind>(kind));
          if (m == nullptr) break;
          settle(m, handle(octets_of(m), std::as_const(note_of(m))));
          ++n;
        }
    return n;
  }

  /// Sends a whole frame, `body` behind `head`. False: dropped, the reason is counted.
  bool send(Side side, Bytes head, Bytes body = {}) noexcept;

  /// A packet taken in earlier, to be sent later, is not sent after all.
  void give_up(stats::Drop why) noexcept {
    ++counters_.originated;
    drops_.count(why);
  }

  [[nodiscard]] const ControlCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const stats::DropCounters& drops() const noexcept { return drops_; }
  /// Of what left by control's own queue; what worker 0 sent is among the worker's.
  [[nodiscard]] PortCounters port_counters(Side side) const noexcept;
  /// Packets on their way between the workers and control: in neither's counters yet.
  [[nodiscard]] std::size_t in_flight() const noexcept;

 private:
  [[nodiscard]] bool can_answer() const noexcept;
  void settle(rte_mbuf* m, std::optional<stats::Drop> dropped) noexcept;
  [[nodiscard]] std::optional<stats::Drop> try_send(Side side, Bytes head, Bytes body) noexcept;
  [[nodiscard]] bool hand_over(Side side, rte_mbuf* m) noexcept;

  std::vector<Worker*> workers_;
  rte_mempool* packets_;
  std::array<std::optional<Port>, kSides> ports_;
  ControlCounters counters_;
  stats::DropCounters drops_;
};

}  // namespace portico::datapath
