// SPDX-License-Identifier: BSD-3-Clause
// A packet buffer (rte_mbuf) as the stages see it.
#pragma once

#include "base/endian.hpp"
#include "datapath/note.hpp"

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <memory>

namespace portico::datapath {

/// What every pool of packets must set aside in front of a buffer, for the note. Whole cache lines:
/// then a frame begins where one does, and what is read of its headers is in one.
inline constexpr std::uint16_t kPrivateSize = RTE_CACHE_LINE_ROUNDUP(sizeof(Note));

[[nodiscard]] inline std::uint8_t* first_octet(rte_mbuf* m) noexcept {
  return rte_pktmbuf_mtod(m, std::uint8_t*);
}
[[nodiscard]] inline MutableBytes octets_of(rte_mbuf* m) noexcept {
  return {first_octet(m), m->data_len};
}
/// False: a frame longer than a buffer, in several of them.
[[nodiscard]] inline bool is_whole(const rte_mbuf* m) noexcept { return m->data_len == m->pkt_len; }
[[nodiscard]] inline Note& note_of(rte_mbuf* m) noexcept {
  return *static_cast<Note*>(rte_mbuf_to_priv(m));
}

/// A frame with `was` octets of Ethernet header gets room for one of `now` octets instead, and ends
/// where its IP packet of `length` octets does: Ethernet's padding is gone.
inline void resize_header(rte_mbuf* m, std::size_t was, std::size_t now,
                          std::size_t length) noexcept {
  m->data_off = static_cast<std::uint16_t>(m->data_off + was - now);
  m->data_len = static_cast<std::uint16_t>(now + length);
  m->pkt_len = static_cast<std::uint32_t>(now + length);
}

struct FreeRing {
  void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
};
/// A bounded queue of packets between one producer and one consumer.
using PacketRing = std::unique_ptr<rte_ring, FreeRing>;

}  // namespace portico::datapath
