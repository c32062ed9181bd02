// SPDX-License-Identifier: BSD-3-Clause
// Reading what can still be read of a damaged lease file.
#pragma once

#include "lease/store.hpp"

#include <cstdint>
#include <string>

namespace portico::sqlite {

/// Every lease whose record is whole, but for what its client gave back if some of so many commits
/// are gone; `next_id` is beyond whatever the file may have used. Never fails: of a file that is no
/// database nothing is read. The file and its log stay as they are.
[[nodiscard]] lease::Loaded salvage(const std::string& file, const std::string& vfs,
                                    std::uint64_t commits);

}  // namespace portico::sqlite
