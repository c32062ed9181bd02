// SPDX-License-Identifier: BSD-3-Clause
// RTP packets (RFC 3550 section 5.1) of 20 ms of G.711 mu-law (RFC 3551 section 4.5.14).
#pragma once

#include "base/endian.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace portico::rtp {

inline constexpr std::size_t kHeaderSize = 12;
inline constexpr std::size_t kSamples = 160;  ///< 20 ms at 8 kHz, an octet each
inline constexpr std::uint8_t kPcmu = 0;      ///< payload type, RFC 3551 table 4

using Packet = std::array<std::uint8_t, kHeaderSize + kSamples>;

/// What is heard: sequence number and source of a version 2 packet; nothing if it is not one.
struct Heard {
  std::uint16_t sequence = 0;
  std::uint32_t source = 0;
};
[[nodiscard]] std::optional<Heard> parse(Bytes datagram) noexcept;

/// A tone of 425 Hz, the dial tone of ITU-T E.180, packet after packet.
class Tone {
 public:
  explicit Tone(std::uint32_t source) noexcept;
  [[nodiscard]] Packet next() noexcept;

 private:
  std::uint32_t source_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  bool first_ = true;  // marks the start of the talk spurt
  std::uint32_t sample_ = 0;
};

/// G.711: 14-bit linear (in the upper bits of 16) to mu-law.
[[nodiscard]] std::uint8_t mu_law(std::int16_t linear) noexcept;

}  // namespace portico::rtp
