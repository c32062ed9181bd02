// SPDX-License-Identifier: BSD-3-Clause
// What a read request's options come to: RFC 2347, 2348, 2349, 7440.
#pragma once

#include "base/time.hpp"
#include "tftp/library.hpp"
#include "wire/tftp.hpp"

#include <cstdint>
#include <variant>

namespace portico::tftp {

/// Octets of a DATA packet that are not data: IP 20, UDP 8, TFTP 4. A blksize of the path's MTU
/// less these is never fragmented (RFC 2348).
inline constexpr std::uint16_t kOverhead = 32;
/// Half of what block numbers tell apart, so that a late ACK is never taken for a new one.
inline constexpr std::uint32_t kWindowLimit = 32767;

struct Limits {
  std::uint16_t mtu = 1500;           ///< of the path to the phones, 576 or more
  std::uint32_t max_windowsize = 64;  ///< 1 to kWindowLimit
  Duration timeout = 1s;              ///< before the first retransmission, unless the client says
};

struct Terms {
  std::uint16_t blksize = wire::tftp::kDefaultBlksize;
  std::uint16_t windowsize = 1;
  Duration timeout = 1s;
  wire::tftp::Options accepted;  ///< for the OACK; empty: none is sent
};

/// `file_size`: of the image. A netascii transfer has another length, unknown before it is over, so
/// it gets no tsize. A blksize below 8 and a windowsize of 0 are refused with error 8; a timeout
/// outside 1 to 255 is left out, as RFC 2349 has it; larger values are answered with smaller ones.
[[nodiscard]] std::variant<Terms, Refusal> negotiate(const wire::tftp::Options& asked,
                                                     wire::tftp::Mode mode, std::size_t file_size,
                                                     const Limits& limits);

}  // namespace portico::tftp
