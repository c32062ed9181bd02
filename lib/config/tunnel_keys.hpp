// SPDX-License-Identifier: BSD-3-Clause
// The tunnels' keys: {"name": text, "out": [hexadecimal digits, …], "in": […]} a line, in any
// order. Read by hand: a JSON library keeps copies of what it reads, which nobody wipes, and quotes
// it in its messages. No message here says a word of the text.
#pragma once

#include "config/file_problems.hpp"
#include "tunnel/record.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace portico::config {

struct PlacedKeys {
  tunnel::KeySet keys;
  std::size_t line = 0;
};

/// Those without problems, in the file's order. No two of their keys are alike, no two names.
[[nodiscard]] std::vector<PlacedKeys> read_keys(std::string_view text, FileProblems& problems);

}  // namespace portico::config
