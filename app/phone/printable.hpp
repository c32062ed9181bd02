// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace portico::phone {

/// What a peer sent, safe for a terminal and for JSON: anything but printable ASCII becomes '?'.
[[nodiscard]] inline std::string printable(std::string_view text) {
  std::string clean{text};
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

}  // namespace portico::phone
