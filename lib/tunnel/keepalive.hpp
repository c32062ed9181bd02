// SPDX-License-Identifier: BSD-3-Clause
// What keeps a mapping alive in a NAT between the ends of a tunnel in UDP (RFC 3948 sections 2.3
// and 4).
#pragma once

#include "tunnel/outer.hpp"
#include "wire/ipv4.hpp"
#include "wire/udp.hpp"

#include <array>
#include <cstdint>

namespace portico::tunnel {

inline constexpr std::uint8_t kKeepaliveOctet = 0xff;
inline constexpr std::size_t kKeepaliveSize =
    wire::Ipv4Header::kSize + wire::UdpHeader::kSize + sizeof kKeepaliveOctet;

/// A whole IP packet, by the ports that ESP takes.
[[nodiscard]] inline std::array<std::uint8_t, kKeepaliveSize> keepalive(Ipv4 own,
                                                                        Ipv4 peer) noexcept {
  std::array<std::uint8_t, kKeepaliveSize> packet;
  const wire::Ipv4Header ip{.source = own, .destination = peer};
  ip.write(packet, kKeepaliveSize - wire::Ipv4Header::kSize);
  const auto udp = MutableBytes{packet}.subspan(wire::Ipv4Header::kSize);
  packet.back() = kKeepaliveOctet;
  wire::UdpHeader{kEspUdpPort, kEspUdpPort}.write(udp, own, peer, udp.last(1));
  store_be<std::uint16_t>(&udp[6], 0);  // without a checksum, as ESP in UDP (section 2.3)
  return packet;
}

}  // namespace portico::tunnel
