// SPDX-License-Identifier: BSD-3-Clause
// From a file to a Config: JSON (RFC 8259) with // and /* */ comments. Never throws.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace portico::config {

/// `config` may be used only if `errors` is empty. Each Error's `where` is a JSON pointer (RFC
/// 6901); of text that is no JSON, a line and column; of a file that cannot be read, its path.
struct Loaded {
  Config config;
  std::vector<Error> errors;
};

/// Reads the text and validates what it says (validate.hpp). All problems are listed, in the order
/// of the options; what only follows from another problem is left out.
[[nodiscard]] Loaded parse(std::string_view text);

/// A file of at most 64 MiB.
[[nodiscard]] Result<std::string> read_text(const std::string& path);

/// parse() of such a file.
[[nodiscard]] Loaded load_file(const std::string& path);

/// The whole configuration, defaults included, as JSON that parse() reads back.
[[nodiscard]] std::string render(const Config& config);

/// One key: its JSON pointer with '*' for a list's index, and the phrase that documents it.
struct Key {
  std::string pointer;
  std::string_view help;
};
[[nodiscard]] std::vector<Key> all_keys();

}  // namespace portico::config
