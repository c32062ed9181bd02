// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace portico::management {

/// "2026-01-31T23:59:59Z" (RFC 3339), for years 0 to 9999; seconds since 1970 outside.
[[nodiscard]] std::string to_text(WallTime t);
/// The same form, or a number of seconds since 1970.
[[nodiscard]] std::optional<WallTime> parse_moment(std::string_view text) noexcept;

}  // namespace portico::management
