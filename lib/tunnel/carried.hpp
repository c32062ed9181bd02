// SPDX-License-Identifier: BSD-3-Clause
// What an outer packet carries, plain or in UDP 4500 (RFC 3948 section 2), before it is known which
// SA it is for.
#pragma once

#include "base/endian.hpp"
#include "stats/drops.hpp"
#include "tunnel/esp.hpp"
#include "tunnel/keepalive.hpp"
#include "wire/ipv4.hpp"
#include "wire/udp.hpp"

#include <optional>
#include <variant>

namespace portico::tunnel {

/// Why what came to UDP 4500 is no ESP.
[[nodiscard]] inline std::optional<stats::Drop> refusal_of_udp(Bytes payload) noexcept {
  if (payload.size() == 1 && payload[0] == kKeepaliveOctet) return stats::Drop::TunnelKeepalive;
  if (payload.size() < kEspHeaderSize) return stats::Drop::TunnelMalformed;
  if (load_be<std::uint32_t>(payload.data()) == 0) return stats::Drop::TunnelNotEsp;
  return std::nullopt;
}

/// At least a header of ESP, or why there is none.
using Carried = std::variant<MutableBytes, stats::Drop>;

/// `packet`: IPv4 without options, of ESP, or of UDP that ends within it.
[[nodiscard]] inline Carried esp_within(MutableBytes packet) noexcept {
  auto payload = packet.subspan(wire::Ipv4Header::kSize);
  if (packet[9] == wire::kProtocolUdp) {
    payload = payload.first(load_be<std::uint16_t>(&payload[4])).subspan(wire::UdpHeader::kSize);
    if (const auto why = refusal_of_udp(payload)) return *why;
  }
  if (payload.size() < kEspHeaderSize) return stats::Drop::TunnelMalformed;
  return payload;
}

}  // namespace portico::tunnel
