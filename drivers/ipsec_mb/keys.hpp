// SPDX-License-Identifier: BSD-3-Clause
// Keys expanded as the library wants them; cipher.cpp reads them.
#pragma once

#include "base/endian.hpp"
#include "base/secret.hpp"
#include "tunnel/algorithm.hpp"
#include "tunnel/cipher.hpp"

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace portico::ipsec_mb {

using Salt = std::array<std::uint8_t, 4>;

/// Every key of ours, so that a cipher sees which of them it has before it.
struct alignas(64) ExpandedKey : tunnel::Key {
  explicit ExpandedKey(tunnel::Algorithm a) noexcept : algorithm(a) {}
  tunnel::Algorithm algorithm;
};

/// Wiped when it goes.
template <class Parts>
struct KeyOf final : ExpandedKey {
  using ExpandedKey::ExpandedKey;
  ~KeyOf() override { wipe({reinterpret_cast<std::uint8_t*>(&parts), sizeof parts}); }
  [[nodiscard]] bool is_same_as(const tunnel::Key& other) const noexcept override {
    const auto& expanded = static_cast<const ExpandedKey&>(other);
    return expanded.algorithm == algorithm && static_cast<const KeyOf&>(expanded).parts == parts;
  }
  Parts parts{};
};

struct GcmParts {
  Salt salt;
  alignas(64) gcm_key_data key;  // which the library's header says only to its own build

  /// The rest follows from the round keys.
  friend bool operator==(const GcmParts& a, const GcmParts& b) noexcept {
    return a.salt == b.salt && std::ranges::equal(a.key.expanded_keys, b.key.expanded_keys);
  }
};
struct ChaChaParts {
  Salt salt;
  std::array<std::uint8_t, 32> key;
  friend bool operator==(const ChaChaParts&, const ChaChaParts&) = default;
};
/// Round keys for both ways, and the states of SHA-256 that HMAC starts from (RFC 2104 section 4).
struct CbcParts {
  alignas(16) std::array<std::uint8_t, 15 * 16> encrypting;
  alignas(16) std::array<std::uint8_t, 15 * 16> decrypting;
  alignas(16) std::array<std::uint8_t, 32> inner;
  alignas(16) std::array<std::uint8_t, 32> outer;
  friend bool operator==(const CbcParts&, const CbcParts&) = default;
};
using GcmKey = KeyOf<GcmParts>;
using ChaChaKey = KeyOf<ChaChaParts>;
using CbcKey = KeyOf<CbcParts>;

}  // namespace portico::ipsec_mb
