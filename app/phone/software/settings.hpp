// SPDX-License-Identifier: BSD-3-Clause
// Where the lab's software sends and listens: from the telephone's environment, or by hand.
#pragma once

#include "base/addresses.hpp"
#include "base/result.hpp"
#include "wire/datagram.hpp"

#include <cstdint>
#include <optional>

namespace portico::rtp {

struct Settings {
  Ipv4 address;  ///< to bind; zero: any
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 0;
  std::optional<wire::Endpoint> peer;  ///< none: it answers whoever calls
  std::uint64_t packets = 0;           ///< to be sent; 0: without end

  /// RTP takes the first even port, RTCP the one after (RFC 3550 section 11); a range of one port
  /// has room for RTP only, even or not.
  [[nodiscard]] std::uint16_t rtp_port() const noexcept;
  /// Zero: there is none.
  [[nodiscard]] std::uint16_t rtcp_port() const noexcept;
};

/// PORTICO_PRIVATE_ADDRESS, PORTICO_PORTS, PORTICO_RTP_PEER, PORTICO_RTP_PACKETS; over them
/// --address A, --ports F-L, --peer A:P, --packets N.
[[nodiscard]] Result<Settings> read_settings(int argc, const char* const* argv);

}  // namespace portico::rtp
