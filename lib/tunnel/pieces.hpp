// SPDX-License-Identifier: BSD-3-Clause
// An outer packet cut into fragments: after ESP, never before (RFC 791 section 3.2, RFC 4303
// section 3.3.4).
#pragma once

#include "base/endian.hpp"
#include "wire/checksum.hpp"
#include "wire/ipv4.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace portico::tunnel {

/// How a packet of `length` octets, with a header of 20, goes through a network that takes `mtu` of
/// them, at least 28.
class Pieces {
 public:
  static constexpr std::size_t kHeader = wire::Ipv4Header::kSize;

  constexpr Pieces(std::size_t length, std::size_t mtu) noexcept
      : payload_(length - kHeader), step_((mtu - kHeader) / 8 * 8) {}

  [[nodiscard]] constexpr std::size_t count() const noexcept {
    return (payload_ + step_ - 1) / step_;
  }
  /// Of the piece's payload, in that of the packet.
  [[nodiscard]] constexpr std::size_t offset(std::size_t piece) const noexcept {
    return piece * step_;
  }
  /// Of the whole piece, its header included.
  [[nodiscard]] constexpr std::size_t length(std::size_t piece) const noexcept {
    return kHeader + (is_last(piece) ? payload_ - offset(piece) : step_);
  }

  /// Its header, which is the packet's in all else; `at` may be where that stands.
  void write_header(std::uint8_t* at, const std::uint8_t* packet,
                    std::size_t piece) const noexcept {
    constexpr std::uint16_t kMoreFragments = 0x2000;
    std::memmove(at, packet, kHeader);
    store_be(at + 2, static_cast<std::uint16_t>(length(piece)));
    store_be(at + 6,
             static_cast<std::uint16_t>((is_last(piece) ? 0 : kMoreFragments) | offset(piece) / 8));
    store_be<std::uint16_t>(at + 10, 0);
    store_be(at + 10, wire::checksum_of({at, kHeader}));
  }

 private:
  [[nodiscard]] constexpr bool is_last(std::size_t piece) const noexcept {
    return piece + 1 == count();
  }

  std::size_t payload_;
  std::size_t step_;
};

}  // namespace portico::tunnel
