// SPDX-License-Identifier: BSD-3-Clause
// The known name that was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace portico::config {

/// " (did you mean "x"?)", or nothing if no known name is near.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> known);

}  // namespace portico::config
