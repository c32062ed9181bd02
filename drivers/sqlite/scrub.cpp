// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/scrub.hpp"

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

std::optional<Error> find_in_rows(Database& database, const std::string& file, std::int64_t& last) {
  auto rows = database.prepare("SELECT id, record FROM leases WHERE id > ?1 ORDER BY id LIMIT ?2");
  if (!rows) return damage_of(database, rows.error());
  rows->bind(1, last);
  rows->bind(2, kRowsAScrub);
  for (std::int64_t read = 0; read < kRowsAScrub; ++read) {
    const auto row = rows->step();
    if (!row) return damage_of(database, row.error());
    const std::int64_t id = *row ? rows->integer(0) : 0;
    if (*row && (id <= last || !is_whole(id, rows->octets(1))))
      return Error{
          "damaged: the record of lease " + std::to_string(id) + " is not what was written", file};
    last = id;
    if (!*row) break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> find_damage(Database& database, const std::string& file, std::int64_t& last) {
  const auto checked = database.execute("PRAGMA cell_size_check=ON");
  if (!checked) return damage_of(database, checked.error());
  if (auto damage = find_in_rows(database, file, last)) return damage;
  const auto next_id = database.integer("SELECT next_id FROM meta");
  if (!next_id) return damage_of(database, next_id.error());
  if (*next_id <= last) return Error{"damaged: ids were used that it does not know of", file};
  return std::nullopt;
}

}  // namespace portico::sqlite
