// SPDX-License-Identifier: BSD-3-Clause
// Putting a new lease file in the place of a damaged one, so that a power cut at any moment leaves
// one of the two in force. The new one is built beside; its renaming to FILE.new decides.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>

namespace portico::sqlite {

/// Where the new file is built. Whatever is there is from an attempt that came to nothing.
[[nodiscard]] std::string building_name(const std::string& file);
/// Removes what an earlier attempt left.
[[nodiscard]] Result<void> clear_building(const std::string& file);
/// The file at building_name(), complete and closed, takes the place of `file`. The name under
/// which the old one is set aside.
[[nodiscard]] Result<std::string> put_in_place(const std::string& file);
/// At start: completes a replacement that a power cut interrupted. The name of the old one, if so.
[[nodiscard]] Result<std::optional<std::string>> finish_replacing(const std::string& file);
/// A file that is not to be opened again, and its log, which SQLite would take for the next one's.
/// The name that it has now.
[[nodiscard]] Result<std::string> set_aside(const std::string& file);

}  // namespace portico::sqlite
