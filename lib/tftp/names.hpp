// SPDX-License-Identifier: BSD-3-Clause
// Requested names that stay below the root.
#pragma once

#include <optional>
#include <string_view>

namespace portico::tftp {

/// The path below the root that `requested` names: components joined by single '/', without a "./"
/// in front (that one is tolerated). None: it is empty or absolute, has an empty, "." or ".."
/// component, a '\' (a separator elsewhere) or a control character, NUL included.
[[nodiscard]] std::optional<std::string_view> confined(std::string_view requested) noexcept;

}  // namespace portico::tftp
