// SPDX-License-Identifier: BSD-3-Clause
// The MAC list file: `match allow|deny` a line, a '#' begins a comment, blank lines count for
// nothing.
#pragma once

#include "admission/mac_policy.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace portico::admission {

inline constexpr std::size_t kMaxListErrors = 100;  ///< further ones are only counted

struct ListError {
  std::size_t line = 0;  ///< from 1
  std::string what;
};

struct MacList {
  std::vector<MacRule> rules;
  std::vector<ListError> errors;     ///< in the order of the lines, at most kMaxListErrors
  std::size_t errors_not_shown = 0;  ///< how many more there were

  [[nodiscard]] bool is_valid() const noexcept { return errors.empty(); }
};

/// Reads the whole text whatever is wrong with it; at most MacPolicy::kMaxRules rules are kept.
[[nodiscard]] MacList parse_mac_list(std::string_view text);

}  // namespace portico::admission
