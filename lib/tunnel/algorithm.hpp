// SPDX-License-Identifier: BSD-3-Clause
// What an SA encrypts and authenticates with, and the sizes that follow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace portico::tunnel {

enum class Algorithm : std::uint8_t {
  AesGcm128,         ///< RFC 4106
  AesGcm256,         ///< RFC 4106
  ChaCha20Poly1305,  ///< RFC 7634
  AesCbc128Sha256,   ///< RFC 3602 with HMAC-SHA2-256-128, RFC 4868
  AesCbc256Sha256,
};

/// In octets.
struct AlgorithmSizes {
  std::string_view name;      ///< in tunnels.jsonl
  std::size_t key;            ///< of the cipher
  std::size_t salt;           ///< in front of the IV in the nonce; 0: there is none
  std::size_t integrity_key;  ///< 0: the cipher authenticates by itself
  std::size_t iv;             ///< in the packet
  std::size_t
      block;  ///< the ciphertext is a multiple of it, a power of two; 4 by RFC 4303 section 2.4
};

inline constexpr std::size_t kIcvSize = 16;  ///< of all of them

inline constexpr std::array<AlgorithmSizes, 5> kAlgorithms{{
    {"aes-gcm-128", 16, 4, 0, 8, 4},
    {"aes-gcm-256", 32, 4, 0, 8, 4},
    {"chacha20-poly1305", 32, 4, 0, 8, 4},
    {"aes-cbc-128-hmac-sha2-256-128", 16, 0, 32, 16, 16},
    {"aes-cbc-256-hmac-sha2-256-128", 32, 0, 32, 16, 16},
}};

[[nodiscard]] constexpr const AlgorithmSizes& sizes_of(Algorithm algorithm) noexcept {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}
[[nodiscard]] constexpr bool is_aead(Algorithm algorithm) noexcept {
  return sizes_of(algorithm).integrity_key == 0;
}
/// Of a key as the key file holds it: the cipher's, then the salt or the integrity key.
[[nodiscard]] constexpr std::size_t key_material(Algorithm algorithm) noexcept {
  const auto& sizes = sizes_of(algorithm);
  return sizes.key + sizes.salt + sizes.integrity_key;
}

}  // namespace portico::tunnel
