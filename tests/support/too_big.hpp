// SPDX-License-Identifier: BSD-3-Clause
// What routers say of packets that were too big for them.
#pragma once

#include "support/packet_builder.hpp"

namespace portico::support {

/// RFC 1191: of `packet`, to who sent it; as much of it quoted as fits in 576 octets.
inline Frame too_big(const Octets& packet, std::uint16_t mtu) {
  Frame f;
  f.from = "192.0.2.254"_ip;
  f.to = {load_be<std::uint32_t>(&packet[12])};
  f.protocol = wire::kProtocolIcmp;
  f.icmp_type = 3;
  f.icmp_code = 4;
  f.to_port = mtu;
  f.payload = {packet.begin(), packet.begin() + std::min<std::ptrdiff_t>(548, std::ssize(packet))};
  return f;
}

}  // namespace portico::support
