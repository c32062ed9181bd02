// SPDX-License-Identifier: BSD-3-Clause
// Security associations as one worker uses them (RFC 4301 section 4.4.2). Control makes them, hands
// them to the worker that owns them by an order, and takes them back by another; meanwhile only
// that worker writes them, and control reads what is said to be a Counter.
#pragma once

#include "base/tunnel_index.hpp"
#include "stats/counter.hpp"
#include "tunnel/algorithm.hpp"
#include "tunnel/cipher.hpp"
#include "tunnel/heard_from.hpp"
#include "tunnel/replay_window.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace portico::tunnel {

/// The last number of an SA: with 32 bits and with ESN (RFC 4303 section 3.3.3).
[[nodiscard]] constexpr std::uint64_t last_number(bool esn) noexcept {
  return esn ? ~std::uint64_t{0} >> 1 : 0xffff'ffff;
}

struct alignas(64) OutboundSa {
  const Key* key = nullptr;
  std::uint32_t spi = 0;
  Algorithm algorithm = Algorithm::AesGcm128;
  bool esn = true;
  stats::Counter next;            ///< the number of the next packet; 1 of a new SA
  std::uint64_t reserved = 0;     ///< no number from here on may be used yet: ExtendSa raises it
  std::uint64_t most = 0;         ///< the last number that the SA may use, ever
  std::uint64_t octets_left = 0;  ///< of its hard lifetime
  stats::Counter octets;
};
static_assert(sizeof(OutboundSa) == 64);

struct alignas(64) InboundSa {
  InboundSa(std::uint32_t window, std::span<std::uint64_t> words, std::uint64_t top) noexcept
      : seen(window, words, top) {}

  const Key* key = nullptr;
  ReplayWindow seen;
  std::uint32_t spi = 0;
  TunnelIndex tunnel = kNoTunnel;
  std::uint16_t owner = 0;  ///< the worker that opens its packets
  Algorithm algorithm = Algorithm::AesGcm128;
  bool esn = true;
  HeardFrom heard_from;   ///< in UDP
  stats::Counter octets;  ///< of what was opened, without what stands around it
};
static_assert(sizeof(InboundSa) == 64);

}  // namespace portico::tunnel
