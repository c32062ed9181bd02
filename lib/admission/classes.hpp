// SPDX-License-Identifier: BSD-3-Clause
// Which class a vendor class identifier (option 60, RFC 2132 section 9.13) belongs to (P3).
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portico::admission {

/// Does `text` match `pattern`, where '*' stands for any octets, '?' for exactly one, and every
/// other octet for itself? Case matters. Takes at most |pattern| * |text| steps, and no memory.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

/// Some clients send the NUL that ends a C string.
[[nodiscard]] std::string_view without_trailing_nul(std::string_view identifier) noexcept;

class Classes {
 public:
  static constexpr std::size_t kMaxPattern = 255;  ///< octets: what one option can hold

  Classes() = default;
  /// `patterns[i]` are those of class i. Fails for an empty or too long pattern, and for a class
  /// without any.
  [[nodiscard]] static Result<Classes> build(std::vector<std::vector<std::string>> patterns);

  /// The first class with a pattern that matches; nothing if none does.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view identifier) const noexcept;

 private:
  std::vector<std::vector<std::string>> patterns_;
};

}  // namespace portico::admission
