// SPDX-License-Identifier: BSD-3-Clause
// What a test packet says of itself, in its last 18 octets: how it must arrive, and when it left.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"
#include "wire/checksum.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace portico::load {

/// Octets: magic 4, address 4, port 2, nanoseconds 8; all in network byte order.
struct Label {
  static constexpr std::size_t kSize = 18;
  static constexpr std::uint32_t kMagic = 0x504f5254;

  Ipv4 address;            ///< outbound: the public source; inbound: the private destination
  std::uint16_t port = 0;  ///< the same on both sides
  std::uint64_t sent = 0;  ///< CLOCK_MONOTONIC

  void write(std::uint8_t* at) const noexcept {
    store_be(at, kMagic);
    store_be(at + 4, address.bits);
    store_be(at + 8, port);
    store_be(at + 10, sent);
  }
  /// Another time of sending in a label that stands in a packet, and the packet's UDP checksum.
  static void stamp(std::uint8_t* at, std::uint64_t sent, std::uint8_t* checksum) noexcept {
    wire::ChecksumDelta change;
    const auto was = load_be<std::uint64_t>(at + 10);
    for (int shift = 0; shift < 64; shift += 16)
      change.replace16(static_cast<std::uint16_t>(was >> shift),
                       static_cast<std::uint16_t>(sent >> shift));
    store_be(at + 10, sent);
    const auto now = change.apply(load_be<std::uint16_t>(checksum));
    store_be<std::uint16_t>(checksum, now == 0 ? 0xffff : now);
  }
  [[nodiscard]] static std::optional<Label> read(const std::uint8_t* at) noexcept {
    if (load_be<std::uint32_t>(at) != kMagic) return std::nullopt;
    return Label{{load_be<std::uint32_t>(at + 4)},
                 load_be<std::uint16_t>(at + 8),
                 load_be<std::uint64_t>(at + 10)};
  }
};

}  // namespace portico::load
