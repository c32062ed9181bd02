// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/punt.hpp"

#include "base/expects.hpp"

#include <atomic>

namespace portico::datapath {

namespace {

/// DPDK wants names, each once a process.
PacketRing make_ring(const std::string& kind, std::size_t capacity, unsigned flags) {
  static std::atomic<unsigned> made{0};
  const auto name = kind + '_' + std::to_string(made.fetch_add(1));
  PacketRing ring{rte_ring_create(name.c_str(), static_cast<unsigned>(capacity), SOCKET_ID_ANY,
                                  flags | RING_F_EXACT_SZ)};
  expects(ring != nullptr, "there is memory for a ring at start");
  return ring;
}

}  // namespace

PacketRing make_packet_ring(const std::string& kind, std::size_t capacity) {
  return make_ring(kind, capacity, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

PacketRing make_shared_packet_ring(const std::string& kind, std::size_t capacity) {
  return make_ring(kind, capacity, RING_F_SC_DEQ);
}

Punt::Punt(std::size_t capacity) {
  for (auto& ring : rings_) ring = make_packet_ring("punt", capacity);
}

std::size_t Punt::waiting() const noexcept {
  std::size_t n = 0;
  for (const auto& ring : rings_) n += rte_ring_count(ring.get());
  return n;
}

}  // namespace portico::datapath
