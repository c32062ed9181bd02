// SPDX-License-Identifier: BSD-3-Clause
// Where in the document something stands, as a JSON pointer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portico::config {

/// `place` extended by a key, escaped (RFC 6901 section 3), or by an index.
[[nodiscard]] std::string under(const std::string& place, std::string_view key);
[[nodiscard]] std::string under(const std::string& place, std::size_t index);

}  // namespace portico::config
