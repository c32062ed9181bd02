// SPDX-License-Identifier: BSD-3-Clause
// What a router says of a packet of ours that it did not forward, for it was too big and must not
// be fragmented (RFC 792, RFC 1191 section 4).
#pragma once

#include "base/endian.hpp"

#include <cstdint>
#include <optional>

namespace portico::icmp {

struct TooBig {
  std::uint16_t mtu = 0;  ///< what fits the next hop
  Bytes packet;           ///< ours, from its IP header on, as far as it is quoted
};

/// What this IP packet says of another; nothing: it is no "fragmentation needed" (3/4), or not a
/// whole one. A router from before RFC 1191 does not say what fits: it is taken to be the common
/// MTU below the size of what it quotes (section 7.1).
[[nodiscard]] std::optional<TooBig> too_big_of(Bytes packet) noexcept;

}  // namespace portico::icmp
