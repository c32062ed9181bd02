// SPDX-License-Identifier: BSD-3-Clause
// How large a packet may be so that it fits through a tunnel.
#pragma once

#include "tunnel/esp.hpp"
#include "tunnel/record.hpp"
#include "wire/ipv4.hpp"
#include "wire/udp.hpp"

#include <algorithm>
#include <cstddef>

namespace portico::tunnel {

/// The largest inner packet that goes through in one piece, if one of `path` octets does; 0: none.
[[nodiscard]] constexpr std::size_t inner_mtu(Encapsulation encapsulation, Algorithm algorithm,
                                              bool udp, std::size_t path) noexcept {
  const auto outer = wire::Ipv4Header::kSize +
                     (encapsulation == Encapsulation::Esp && udp ? wire::UdpHeader::kSize : 0);
  const auto room = path - std::min(path, outer);
  return encapsulation == Encapsulation::Ipip ? room : esp_payload(sizes_of(algorithm), room);
}
[[nodiscard]] inline std::size_t inner_mtu(const Record& record) noexcept {
  return inner_mtu(record.encapsulation, record.algorithm, record.udp, record.mtu);
}

}  // namespace portico::tunnel
