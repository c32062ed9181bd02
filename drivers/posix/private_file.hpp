// SPDX-License-Identifier: BSD-3-Clause
// A file with keys in it.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>

namespace portico::posix {

/// Of a regular file that belongs to root or to who runs us, and that nobody else may read or
/// write.
[[nodiscard]] Result<Secret> read_private_file(const std::string& path);

}  // namespace portico::posix
