// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/hold.hpp"

#include <algorithm>
#include <utility>

namespace portico::neighbor {

void Hold::keep(HopIndex index, PacketId packet) {
  Queue& queue = queues_[index];
  const bool full = size_ >= most_;
  if (full && queue.count == 0) return drop(packet, Drop::HoldFull);
  if (full || queue.count == kMostEach) drop(take_oldest(queue), Drop::Displaced);
  queue.packets[queue.count++] = packet;
  ++size_;
  ++counters_.packets_held;
}

void Hold::release(HopIndex index, const NextHop& hop) {
  const Queue waiting = take(index);
  for (std::size_t i = 0; i < waiting.count; ++i) {
    ++counters_.packets_ready;
    sink_.packet_ready(waiting.packets[i], hop);
  }
}

void Hold::drop_all(HopIndex index, Drop why) {
  const Queue waiting = take(index);
  for (std::size_t i = 0; i < waiting.count; ++i) drop(waiting.packets[i], why);
}

void Hold::drop(PacketId packet, Drop why) {
  switch (why) {
    case Drop::Unanswered:
      ++counters_.dropped_unanswered;
      break;
    case Drop::Displaced:
      ++counters_.dropped_displaced;
      break;
    case Drop::HoldFull:
      ++counters_.dropped_hold_full;
      break;
    case Drop::TableFull:
      ++counters_.dropped_table_full;
      break;
    case Drop::Evicted:
      ++counters_.dropped_evicted;
      break;
    case Drop::NoHost:
      ++counters_.dropped_no_host;
      break;
  }
  sink_.packet_dropped(packet, why);
}

/// The queue is empty before the sink sees its packets, for the sink may bring more (sink.hpp).
Hold::Queue Hold::take(HopIndex index) noexcept {
  size_ -= queues_[index].count;
  return std::exchange(queues_[index], {});
}

PacketId Hold::take_oldest(Queue& queue) noexcept {
  const PacketId oldest = queue.packets[0];
  std::copy(queue.packets.begin() + 1, queue.packets.end(), queue.packets.begin());
  --queue.count;
  --size_;
  return oldest;
}

}  // namespace portico::neighbor
