// SPDX-License-Identifier: BSD-3-Clause
// ESP packets, keys, and what seals and opens them.
#pragma once

#include "base/hex.hpp"
#include "drivers/ipsec_mb/cipher.hpp"
#include "tunnel/esp.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace portico::support {

using Octets = std::vector<std::uint8_t>;

inline constexpr std::uint32_t kSpi = 0x12345678;

inline Octets from_hex(std::string_view text) { return parse_hex(text).value(); }

inline std::unique_ptr<tunnel::Cipher> new_cipher() {
  auto cipher = ipsec_mb::make_cipher();
  REQUIRE(cipher.has_value());
  return std::move(*cipher);
}

/// 0, 1, 2… or what else it begins with.
inline Octets counting(std::size_t size, std::uint8_t first = 0) {
  Octets octets(size);
  std::iota(octets.begin(), octets.end(), first);
  return octets;
}

inline tunnel::KeyPtr key_of(tunnel::Algorithm algorithm, const Octets& octets) {
  auto key = ipsec_mb::make_key(algorithm, octets);
  REQUIRE(key.has_value());
  return std::move(*key);
}
inline tunnel::KeyPtr counting_key(tunnel::Algorithm algorithm, std::uint8_t first = 0) {
  return key_of(algorithm, counting(tunnel::key_material(algorithm), first));
}

/// An ESP packet around `inner`, ready to be sealed, of exactly its size for the sanitizer.
inline Octets unsealed(tunnel::Algorithm algorithm, const Octets& inner, std::uint64_t number) {
  const auto room = tunnel::esp_room(tunnel::sizes_of(algorithm), inner.size());
  Octets packet(room.total());
  tunnel::write_esp_header(packet.data(), kSpi, number);
  std::copy(inner.begin(), inner.end(), packet.data() + room.header);
  tunnel::write_esp_trailer(packet.data() + room.header + inner.size(), room.padding);
  return packet;
}

inline void seal(tunnel::Cipher& cipher, const tunnel::Key& key, Octets& packet,
                 std::uint64_t number, bool esn) {
  tunnel::Job job{.key = &key, .packet = packet, .number = number, .esn = esn};
  cipher.seal({&job, 1});
}

/// Whether it was right.
inline bool open(tunnel::Cipher& cipher, const tunnel::Key& key, Octets& packet,
                 std::uint64_t number, bool esn) {
  tunnel::Job job{.key = &key, .packet = packet, .number = number, .esn = esn};
  cipher.open({&job, 1});
  return job.is_right;
}

inline Octets text_of(tunnel::Algorithm algorithm, Octets& packet) {
  const auto view = tunnel::EspView::parse(packet, tunnel::sizes_of(algorithm));
  REQUIRE(view.has_value());
  return {view->text().begin(), view->text().end()};
}

}  // namespace portico::support
