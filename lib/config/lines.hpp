// SPDX-License-Identifier: BSD-3-Clause
// A file of one JSON object a line; blank lines and those that begin with "//" say nothing.
#pragma once

#include "config/file_problems.hpp"

#include <cstddef>
#include <string_view>

namespace portico::config {

inline constexpr std::size_t kMaxLineOctets = 1 << 16;
inline constexpr std::string_view kBlanks = " \t\r";

/// Calls `read(number, text)` for every line that says something. One too long is a problem.
template <class Read>
void for_each_line(std::string_view text, FileProblems& problems, Read read) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    const auto first = line.find_first_not_of(kBlanks);
    if (first == line.npos || line.substr(first).starts_with("//")) continue;
    if (line.size() > kMaxLineOctets)
      problems.add(number, {}, "is longer than " + std::to_string(kMaxLineOctets) + " octets");
    else
      read(number, line);
  }
}

/// A name of a tunnel or of its keys: it stands in tables, logs and statistics.
[[nodiscard]] constexpr bool is_tunnel_name(std::string_view name) noexcept {
  constexpr std::size_t kLongest = 64;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  for (const char c : name)
    if (!fits(c)) return false;
  return !name.empty() && name.size() <= kLongest;
}
inline constexpr std::string_view kTunnelName = "must be 1 to 64 letters, digits, '.', '_' or '-'";

}  // namespace portico::config
