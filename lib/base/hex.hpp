// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "base/endian.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portico {

/// 0 to 15, or -1 if `c` is no hexadecimal digit.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Two lower-case digits an octet, nothing between.
[[nodiscard]] std::string to_hex(Bytes bytes);
/// An even number of digits; ':' or '-' may stand between octets.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text);

}  // namespace portico
