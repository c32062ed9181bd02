// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 as the rest of the program sees it; drivers/ipsec_mb implements it.
#pragma once

#include "base/endian.hpp"

#include <array>
#include <cstdint>

namespace portico {

using Sha256 = std::array<std::uint8_t, 32>;

class Digest {
 public:
  virtual ~Digest() = default;
  /// FIPS 180-4. Any length. One thread at a time.
  [[nodiscard]] virtual Sha256 sha256(Bytes message) = 0;
};

}  // namespace portico
