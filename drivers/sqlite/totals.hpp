// SPDX-License-Identifier: BSD-3-Clause
// What holds for the file as a whole: the one row of `meta`, written with every batch.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "drivers/sqlite/database.hpp"

#include <cstdint>

namespace portico::sqlite {

struct Totals {
  std::uint64_t next_id = 1;  ///< greater than any id ever used
  WallTime newest_event;
  WallTime recovery_until;    ///< as in lease::Loaded
  std::uint64_t commits = 0;  ///< batches written, those of the files before it included
};

[[nodiscard]] Result<Totals> read_totals(Database& database);

}  // namespace portico::sqlite
