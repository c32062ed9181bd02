// SPDX-License-Identifier: BSD-3-Clause
// A packet buffer (rte_mbuf) as the stages see it.
#pragma once

#include "base/endian.hpp"
#include "datapath/note.hpp"

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <memory>

namespace portico::datapath {

/// What every pool of packets must set aside in front of a buffer, for the note.
inline constexpr std::uint16_t kPrivateSize = RTE_ALIGN(sizeof(Note), RTE_MBUF_PRIV_ALIGN);

[[nodiscard]] inline std::uint8_t* first_octet(rte_mbuf* m) noexcept {
  return rte_pktmbuf_mtod(m, std::uint8_t*);
}
[[nodiscard]] inline MutableBytes octets_of(rte_mbuf* m) noexcept {
  return {first_octet(m), m->data_len};
}
[[nodiscard]] inline Note& note_of(rte_mbuf* m) noexcept {
  return *static_cast<Note*>(rte_mbuf_to_priv(m));
}

/// From here on the buffer begins with what lies behind `header` octets, and is `length` long.
inline void strip(rte_mbuf* m, std::size_t header, std::size_t length) noexcept {
  m->data_off = static_cast<std::uint16_t>(m->data_off + header);
  m->data_len = static_cast<std::uint16_t>(length);
  m->pkt_len = static_cast<std::uint32_t>(length);
}
/// The buffer begins `header` octets earlier again.
inline void unstrip(rte_mbuf* m, std::size_t header) noexcept {
  m->data_off = static_cast<std::uint16_t>(m->data_off - header);
  m->data_len = static_cast<std::uint16_t>(m->data_len + header);
  m->pkt_len = static_cast<std::uint32_t>(m->pkt_len + header);
}

struct FreeRing {
  void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
};
/// A bounded queue of packets between one producer and one consumer.
using PacketRing = std::unique_ptr<rte_ring, FreeRing>;

}  // namespace portico::datapath
