// SPDX-License-Identifier: BSD-3-Clause
// The maximum segment size of TCP connections through a tunnel (RFC 4459 section 3.2, RFC 9293
// section 3.2): lowered as they are opened, so that segments fit and need no fragments.
#pragma once

#include "base/endian.hpp"
#include "wire/checksum.hpp"
#include "wire/ipv4.hpp"
#include "wire/tcp.hpp"

#include <cstdint>

namespace portico::tunnel {

/// IPv4 and TCP headers without options, which is how the option counts.
inline constexpr std::size_t kHeadersOfSegment = 40;

/// Lowers every such option of `syn` to `most`, and changes the checksum with them. Options end at
/// the first that makes no sense; there are at most 40 octets of them.
inline void lower_mss(wire::TcpEdit syn, std::uint16_t most) noexcept {
  constexpr std::uint8_t kEnd = 0, kNothing = 1, kMss = 2, kMssSize = 4;
  const auto options = syn.options();
  wire::ChecksumDelta delta;
  for (std::size_t at = 0; at < options.size();) {
    if (options[at] == kEnd) break;
    if (options[at] == kNothing) {
      ++at;
      continue;
    }
    const std::size_t left = options.size() - at;
    const std::size_t size = left < 2 ? 0 : options[at + 1];
    if (size < 2 || size > left) break;
    if (options[at] == kMss && size == kMssSize) {
      const auto was = load_be<std::uint16_t>(&options[at + 2]);
      if (was > most) {
        store_be(&options[at + 2], most);
        // At an odd place its octets are the other halves of their words (RFC 1071 section 2(B)).
        if (at % 2 == 0)
          delta.replace16(was, most);
        else
          delta.replace16(swap_bytes(was), swap_bytes(most));
      }
    }
    at += size;
  }
  syn.set_checksum(delta.apply(syn.checksum()));
}

/// Of a packet that goes into or comes out of a tunnel for inner packets of `mtu` octets.
inline void clamp_mss(wire::Ipv4Edit packet, std::size_t mtu) noexcept {
  if (packet.protocol() != wire::kProtocolTcp || packet.fragment_offset() != 0) return;
  if (mtu <= kHeadersOfSegment) return;
  const auto tcp = wire::TcpEdit::parse(packet.payload());
  if (tcp && tcp->is_syn()) lower_mss(*tcp, static_cast<std::uint16_t>(mtu - kHeadersOfSegment));
}

}  // namespace portico::tunnel
