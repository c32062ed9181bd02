// SPDX-License-Identifier: BSD-3-Clause
// A UDP datagram as the protocol engines see it: no Ethernet, no IP header, no checksum.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"

#include <cstdint>

namespace portico::wire {

struct Endpoint {
  Ipv4 address;
  std::uint16_t port = 0;
  friend constexpr auto operator<=>(Endpoint, Endpoint) = default;
};

/// `payload` is valid only during the call that hands the datagram over.
struct Datagram {
  Endpoint source;
  Endpoint destination;
  Bytes payload;
};

}  // namespace portico::wire
