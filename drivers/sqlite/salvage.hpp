// SPDX-License-Identifier: BSD-3-Clause
// Reading what can still be read of a damaged lease file.
#pragma once

#include "lease/store.hpp"

#include <string>
#include <vector>

namespace portico::sqlite {

/// Every lease whose record is whole; `next_id` is beyond whatever the file may have used. Never
/// fails: of a file that is no database nothing is read.
[[nodiscard]] lease::Loaded salvage(const std::string& file, const std::string& vfs);

}  // namespace portico::sqlite
