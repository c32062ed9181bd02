// SPDX-License-Identifier: BSD-3-Clause
// The packets that wait for their next hop's MAC: a few for each neighbour, bounded in all. Each
// that came in goes out once, to packet_ready or packet_dropped of the sink.
#pragma once

#include "base/next_hop.hpp"
#include "neighbor/counters.hpp"
#include "neighbor/sink.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace portico::neighbor {

class Hold {
 public:
  /// Packets of one neighbour. RFC 1122 section 2.3.2.2 asks for one, the latest.
  static constexpr std::size_t kMostEach = 4;

  Hold(std::size_t neighbors, std::size_t most, Sink& sink, Counters& counters)
      : queues_(neighbors + 1), most_(most), sink_(sink), counters_(counters) {}

  /// Keeps `packet`, in place of the oldest of its neighbour where there is no more room; or drops
  /// it.
  void keep(HopIndex index, PacketId packet);
  /// Oldest first.
  void release(HopIndex index, const NextHop& hop);
  void drop_all(HopIndex index, Drop why);
  /// A packet that did not wait, or waits no longer.
  void drop(PacketId packet, Drop why);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t waiting_for(HopIndex index) const noexcept {
    return queues_[index].count;
  }

 private:
  struct Queue {
    std::array<PacketId, kMostEach> packets{};
    std::size_t count = 0;
  };
  [[nodiscard]] Queue take(HopIndex index) noexcept;
  [[nodiscard]] PacketId take_oldest(Queue& queue) noexcept;

  std::vector<Queue> queues_;  // by HopIndex
  std::size_t most_;
  std::size_t size_ = 0;  // of all queues
  Sink& sink_;
  Counters& counters_;
};

}  // namespace portico::neighbor
