// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/scrub.hpp"

#include "drivers/sqlite/totals.hpp"
#include "lease/record.hpp"

namespace portico::sqlite {
namespace {

/// What SQLite could not read, if that is the file's fault.
std::optional<Error> damage_of(const Database& database, const Error& error) {
  if (database.is_damaged() || database.lacks_a_table()) return error;
  return std::nullopt;
}

bool is_whole(std::int64_t id, Bytes record) {
  const auto lease = lease::decode(record);
  return lease && lease->id == static_cast<std::uint64_t>(id);
}

/// Some rows in the order of their ids.
struct Part {
  std::optional<Error> damage;
  std::int64_t rows = 0;
  std::int64_t last = 0;  ///< id of the last one
};

Part read_part(Database& database, const std::string& file, std::int64_t behind) {
  Part part{.damage = std::nullopt, .rows = 0, .last = behind};
  auto rows = database.prepare("SELECT id, record FROM leases WHERE id > ?1 ORDER BY id LIMIT ?2");
  if (!rows) return {.damage = damage_of(database, rows.error())};
  rows->bind(1, behind);
  rows->bind(2, kRowsAScrub);
  for (auto row = rows->step(); !row || *row; row = rows->step()) {
    if (!row) return {.damage = damage_of(database, row.error())};
    const std::int64_t id = rows->integer(0);
    if (id <= part.last || !is_whole(id, rows->octets(1)))
      return {.damage = Error{
                  "damaged: the record of lease " + std::to_string(id) + " is not what was written",
                  file}};
    part.last = id;
    ++part.rows;
  }
  return part;
}

}  // namespace

std::optional<Error> find_damage(Database& database, const std::string& file, std::uint64_t commits,
                                 std::int64_t& last) {
  const auto checked = database.execute("PRAGMA cell_size_check=ON");
  if (!checked) return damage_of(database, checked.error());
  const Part part = read_part(database, file, last);
  if (part.damage) return part.damage;
  last = part.rows < kRowsAScrub ? 0 : part.last;
  // Behind the rows: an id that is used meanwhile is known by then.
  const auto totals = read_totals(database);
  if (!totals) return damage_of(database, totals.error());
  if (totals->next_id <= static_cast<std::uint64_t>(part.last))
    return Error{"damaged: an id was used that it does not know of", file};
  if (totals->commits < commits) return Error{"damaged: commits are gone", file};
  return std::nullopt;
}

}  // namespace portico::sqlite
