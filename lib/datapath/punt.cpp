// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/punt.hpp"

#include "base/expects.hpp"

namespace portico::datapath {

PacketRing make_packet_ring(const std::string& name, std::size_t capacity) {
  PacketRing ring{rte_ring_create(name.c_str(), static_cast<unsigned>(capacity), SOCKET_ID_ANY,
                                  RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ)};
  expects(ring != nullptr, "there is memory for a ring at start");
  return ring;
}

Punt::Punt(unsigned worker, std::size_t capacity) {
  for (std::size_t kind = 0; kind < kPuntKinds; ++kind)
    rings_[kind] =
        make_packet_ring("punt_" + std::to_string(worker) + '_' + std::to_string(kind), capacity);
}

std::size_t Punt::waiting() const noexcept {
  std::size_t n = 0;
  for (const auto& ring : rings_) n += rte_ring_count(ring.get());
  return n;
}

}  // namespace portico::datapath
