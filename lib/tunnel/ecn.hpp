// SPDX-License-Identifier: BSD-3-Clause
// Explicit congestion notification through a tunnel (RFC 6040, normal mode): the outer header
// begins with what the inner one says, and the inner one leaves with what happened to the outer.
#pragma once

#include "base/endian.hpp"
#include "wire/checksum.hpp"

#include <cstdint>
#include <optional>

namespace portico::tunnel {

/// As in the lower two bits of the TOS octet (RFC 3168 section 5).
enum class Ecn : std::uint8_t { NotEct = 0, Ect1 = 1, Ect0 = 2, Ce = 3 };

inline constexpr std::uint8_t kEcnMask = 3;

[[nodiscard]] constexpr Ecn ecn_of(std::uint8_t tos) noexcept {
  return static_cast<Ecn>(tos & kEcnMask);
}

/// What the inner header leaves the tunnel with (figure 4). None: congestion was met by who cannot
/// be told of it but by a loss, so that the packet is to be dropped.
[[nodiscard]] constexpr std::optional<Ecn> decapsulated(Ecn inner, Ecn outer) noexcept {
  if (outer == Ecn::Ce) {
    if (inner == Ecn::NotEct) return std::nullopt;
    return Ecn::Ce;
  }
  return inner == Ecn::Ect0 && outer == Ecn::Ect1 ? Ecn::Ect1 : inner;
}

/// Does that to an inner IPv4 header and its checksum. False: drop the packet.
[[nodiscard]] inline bool decapsulate_ecn(std::uint8_t* inner, std::uint8_t outer_tos) noexcept {
  const auto was = ecn_of(inner[1]);
  const auto now = decapsulated(was, ecn_of(outer_tos));
  if (!now) return false;
  if (*now == was) return true;
  const auto word = load_be<std::uint16_t>(inner);
  inner[1] = static_cast<std::uint8_t>((inner[1] & ~kEcnMask) | static_cast<std::uint8_t>(*now));
  const auto delta = wire::ChecksumDelta{}.replace16(word, load_be<std::uint16_t>(inner));
  store_be(inner + 10, delta.apply(load_be<std::uint16_t>(inner + 10)));
  return true;
}

}  // namespace portico::tunnel
