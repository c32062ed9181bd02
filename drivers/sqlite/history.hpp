// SPDX-License-Identifier: BSD-3-Clause
// Who held what when: questions to the history table, and its pruning.
#pragma once

#include "drivers/sqlite/database.hpp"
#include "lease/store.hpp"

#include <cstdint>
#include <vector>

namespace portico::sqlite {

/// As lease::LeaseStore::history().
[[nodiscard]] Result<std::vector<lease::HistoryRecord>> find_holder(
    Database& database, const lease::HistoryQuery& query);

/// As lease::LeaseStore::prune_history(). `looked_at`: the place of the last record looked at; goes
/// back to 0 when there are no more.
[[nodiscard]] Result<bool> prune_history(Database& database, WallTime before,
                                         std::int64_t& looked_at);

}  // namespace portico::sqlite
