// SPDX-License-Identifier: BSD-3-Clause
// AES-CBC with HMAC-SHA2-256-128 (RFC 3602, RFC 4868): many packets at a time, since within one the
// blocks wait for each other.
#pragma once

#include "drivers/ipsec_mb/keys.hpp"
#include "drivers/ipsec_mb/parts.hpp"
#include "tunnel/cipher.hpp"

#include <intel-ipsec-mb.h>

#include <array>
#include <cstdint>
#include <span>

namespace portico::ipsec_mb {

class Cbc {
 public:
  explicit Cbc(IMB_MGR& manager) noexcept;

  /// At most kBurst jobs, whose keys are of one size.
  void seal(std::span<tunnel::Job> jobs, IMB_KEY_SIZE_BYTES size) noexcept;
  void open(std::span<tunnel::Job> jobs, IMB_KEY_SIZE_BYTES size) noexcept;

 private:
  /// What is encrypted, from `from` to the ICV, where it lies.
  void cipher(IMB_JOB& one, const tunnel::Job& job, std::uint8_t* from, const std::uint8_t* iv,
              IMB_KEY_SIZE_BYTES size) noexcept;
  /// Header to ciphertext, and the upper half of an ESN; the ICV goes to `icv`.
  void hash(IMB_JOB& one, const tunnel::Job& job, std::uint8_t* icv) noexcept;

  IMB_MGR& manager_;
  std::array<IMB_JOB, kBurst> ciphers_{};
  std::array<IMB_JOB, kBurst> hashes_{};
  std::array<Icv, kBurst> received_{};
  std::array<Icv, kBurst> computed_{};
};

}  // namespace portico::ipsec_mb
