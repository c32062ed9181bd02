// SPDX-License-Identifier: BSD-3-Clause
#include "admission/classes.hpp"

#include <algorithm>
#include <utility>

namespace portico::admission {

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = std::string_view::npos;  // place in `pattern` behind the last '*'
  std::size_t star_ends = 0;                        // how far that '*' reaches in `text`
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_ends = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;  // the last '*' takes one octet more; earlier ones never need to
      t = ++star_ends;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string_view without_trailing_nul(std::string_view identifier) noexcept {
  const std::size_t last = identifier.find_last_not_of('\0');
  return identifier.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

Result<Classes> Classes::build(std::vector<std::vector<std::string>> patterns) {
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::string where = "class " + std::to_string(i);
    if (patterns[i].empty()) return fail("no vendor class identifier", where);
    for (const std::string& pattern : patterns[i])
      if (pattern.empty() || pattern.size() > kMaxPattern)
        return fail("a pattern has 1 to " + std::to_string(kMaxPattern) + " octets", where);
  }
  Classes classes;
  classes.patterns_ = std::move(patterns);
  return classes;
}

std::optional<std::size_t> Classes::find(std::string_view identifier) const noexcept {
  const std::string_view text = without_trailing_nul(identifier);
  for (std::size_t i = 0; i < patterns_.size(); ++i)
    for (const std::string& pattern : patterns_[i])
      if (glob_matches(pattern, text)) return i;
  return std::nullopt;
}

}  // namespace portico::admission
