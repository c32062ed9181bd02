// SPDX-License-Identifier: BSD-3-Clause
// A worker's way to control: a bounded ring a kind, so that a flood of one starves no other.
#pragma once

#include "datapath/buffer.hpp"
#include "datapath/note.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace portico::datapath {

/// A ring between one producer and one consumer; `capacity` packets fit (a power of two less one
/// does best). Stops the program if there is no memory: only at start.
[[nodiscard]] PacketRing make_packet_ring(const std::string& kind, std::size_t capacity);
/// The same for any number of producers.
[[nodiscard]] PacketRing make_shared_packet_ring(const std::string& kind, std::size_t capacity);

class Punt {
 public:
  explicit Punt(std::size_t capacity);

  /// The worker only. False: control does not keep up, the packet stays the caller's.
  [[nodiscard]] bool push(rte_mbuf* packet) noexcept {
    return rte_ring_sp_enqueue(ring(note_of(packet).kind), packet) == 0;
  }
  /// Control only. None: nullptr.
  [[nodiscard]] rte_mbuf* pop(PuntKind kind) noexcept {
    void* packet = nullptr;
    return rte_ring_sc_dequeue(ring(kind), &packet) == 0 ? static_cast<rte_mbuf*>(packet) : nullptr;
  }
  /// How many wait for control.
  [[nodiscard]] std::size_t waiting() const noexcept;

 private:
  [[nodiscard]] rte_ring* ring(PuntKind kind) const noexcept {
    return rings_[static_cast<std::size_t>(kind)].get();
  }
  std::array<PacketRing, kPuntKinds> rings_;
};

}  // namespace portico::datapath
