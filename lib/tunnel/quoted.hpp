// SPDX-License-Identifier: BSD-3-Clause
// An outer packet of ours as somebody quotes it in an ICMP error: whose it says it was.
#pragma once

#include "tunnel/outer.hpp"
#include "tunnel/path.hpp"
#include "tunnel/sa.hpp"
#include "wire/ipv4.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace portico::tunnel {

struct Quoted {
  Ipv4 source;
  Ipv4 destination;
  std::uint8_t protocol = 0;
  std::uint16_t source_port = 0;  ///< of UDP
  std::uint16_t destination_port = 0;
  std::uint32_t spi = 0;  ///< of ESP, in UDP or not

  /// Nothing: what is quoted carries no tunnel's packet, or too little of it to know which.
  [[nodiscard]] static std::optional<Quoted> parse(Bytes packet) noexcept {
    const auto ip = wire::Ipv4View::parse_quoted(packet);
    if (!ip || ip->is_fragment()) return std::nullopt;
    Quoted quoted{
        .source = ip->source(), .destination = ip->destination(), .protocol = ip->protocol()};
    if (quoted.protocol == wire::kProtocolIpip) return quoted;
    auto behind = ip->payload();
    if (quoted.protocol == wire::kProtocolUdp) {
      if (behind.size() < wire::UdpHeader::kSize) return std::nullopt;
      quoted.source_port = load_be<std::uint16_t>(behind.data());
      quoted.destination_port = load_be<std::uint16_t>(behind.data() + 2);
      behind = behind.subspan(wire::UdpHeader::kSize);
    } else if (quoted.protocol != wire::kProtocolEsp) {
      return std::nullopt;
    }
    if (behind.size() < sizeof quoted.spi) return std::nullopt;
    quoted.spi = load_be<std::uint32_t>(behind.data());
    return quoted;
  }

  /// Was it sent into this tunnel and, if it is ESP, by one of these SAs? Nothing more can be asked
  /// of an error, which nobody signs (RFC 4301 section 8.2.1).
  [[nodiscard]] bool is_of(const Record& record, const Path& path,
                           std::span<const OutboundSa> senders) const noexcept {
    if (destination != path.peer || protocol != protocol_of(record)) return false;
    if (protocol == wire::kProtocolUdp &&
        (source_port != kEspUdpPort || destination_port != path.port))
      return false;
    return protocol == wire::kProtocolIpip ||
           std::ranges::any_of(senders, [this](const auto& sa) { return sa.spi == spi; });
  }
};

}  // namespace portico::tunnel
