// SPDX-License-Identifier: BSD-3-Clause
// Text to a JSON document. What the library would let pass is an error here: a key given twice, and
// nesting deeper than any configuration.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace portico::config {

using Json = nlohmann::ordered_json;

/// Appends problems to `errors`; the document is of use even so, unless it is_discarded().
[[nodiscard]] Json parse_document(std::string_view text, std::vector<Error>& errors);

}  // namespace portico::config
