// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/totals.hpp"

namespace portico::sqlite {

Result<Totals> read_totals(Database& database) {
  auto meta = database.prepare("SELECT next_id, newest_event, recovery_until, commits FROM meta");
  if (!meta) return fail(meta.error());
  const auto row = meta->step();
  if (!row) return fail(row.error());
  if (!*row) return fail("damaged: meta has no row");
  return Totals{.next_id = static_cast<std::uint64_t>(meta->integer(0)),
                .newest_event = {meta->integer(1)},
                .recovery_until = {meta->integer(2)},
                .commits = static_cast<std::uint64_t>(meta->integer(3))};
}

}  // namespace portico::sqlite
