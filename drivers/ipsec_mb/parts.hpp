// SPDX-License-Identifier: BSD-3-Clause
// What the algorithms read of a job: nonce, authenticated octets, ICV.
#pragma once

#include "base/endian.hpp"
#include "drivers/ipsec_mb/keys.hpp"
#include "tunnel/cipher.hpp"
#include "tunnel/esp.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace portico::ipsec_mb {

inline constexpr std::size_t kBurst = 32;  ///< packets that are worked on together

using Icv = std::array<std::uint8_t, tunnel::kIcvSize>;

[[nodiscard]] inline std::uint8_t* iv_of(const tunnel::Job& job) noexcept {
  return job.packet.data() + tunnel::kEspHeaderSize;
}
[[nodiscard]] inline std::uint8_t* icv_of(const tunnel::Job& job) noexcept {
  return job.packet.data() + job.packet.size() - tunnel::kIcvSize;
}
/// The upper half of a 64-bit sequence number, which is authenticated and not sent.
[[nodiscard]] inline std::uint32_t high_number(const tunnel::Job& job) noexcept {
  return static_cast<std::uint32_t>(job.number >> 32);
}

/// In constant time: how long it takes must not tell how many octets agree.
[[nodiscard]] inline bool is_same(const std::uint8_t* a, const std::uint8_t* b) noexcept {
  const auto first = load_unswapped<std::uint64_t>(a) ^ load_unswapped<std::uint64_t>(b);
  const auto second = load_unswapped<std::uint64_t>(a + 8) ^ load_unswapped<std::uint64_t>(b + 8);
  return (first | second) == 0;
}

/// Of an AEAD's packet: what lies around the text, and the text.
class AeadParts {
 public:
  static constexpr std::size_t kIvSize = 8;
  static constexpr std::size_t kNonceSize = 12;

  void take(const tunnel::Job& job, const Salt& salt) noexcept {
    const auto* esp = job.packet.data();
    text_ = iv_of(job) + kIvSize;
    text_size_ = job.packet.size() - tunnel::kEspHeaderSize - kIvSize - tunnel::kIcvSize;
    std::memcpy(nonce_.data(), salt.data(), salt.size());
    std::memcpy(nonce_.data() + salt.size(), iv_of(job), kIvSize);
    if (job.esn) {
      std::memcpy(aad_.data(), esp, 4);
      store_be(aad_.data() + 4, high_number(job));
      std::memcpy(aad_.data() + 8, esp + 4, 4);
      aad_size_ = 12;
    } else {
      std::memcpy(aad_.data(), esp, tunnel::kEspHeaderSize);
      aad_size_ = tunnel::kEspHeaderSize;
    }
  }

  [[nodiscard]] std::uint8_t* text() const noexcept { return text_; }
  [[nodiscard]] std::size_t text_size() const noexcept { return text_size_; }
  /// The salt and the IV (RFC 4106 section 4, RFC 7634 section 2).
  [[nodiscard]] const std::uint8_t* nonce() const noexcept { return nonce_.data(); }
  /// SPI and number, of 32 or of 64 bits (RFC 4106 section 5, RFC 7634 section 2.1).
  [[nodiscard]] const std::uint8_t* aad() const noexcept { return aad_.data(); }
  [[nodiscard]] std::size_t aad_size() const noexcept { return aad_size_; }

 private:
  std::uint8_t* text_ = nullptr;
  std::size_t text_size_ = 0;
  alignas(16) std::array<std::uint8_t, kNonceSize> nonce_{};
  alignas(16) std::array<std::uint8_t, 12> aad_{};
  std::size_t aad_size_ = 0;
};

}  // namespace portico::ipsec_mb
