// SPDX-License-Identifier: BSD-3-Clause
// Reading back what is on the disk, a part at a time: a connection that stays open has its pages in
// memory and would not see that a page was overwritten.
#pragma once

#include "base/result.hpp"
#include "drivers/sqlite/database.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace portico::sqlite {

/// Rows of `leases` that are read at a time.
inline constexpr std::int64_t kRowsAScrub = 10'000;

/// Reads the schema, `meta`, which must know of as many commits as there were, and the next rows
/// behind the id `last`, which moves on; back to 0 behind the last row. `database` has been opened
/// for this. What is damaged; nothing also where a read failed for another reason, which a commit
/// meets as well.
[[nodiscard]] std::optional<Error> find_damage(Database& database, const std::string& file,
                                               std::uint64_t commits, std::int64_t& last);

}  // namespace portico::sqlite
