// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/salvage.hpp"

#include "drivers/sqlite/database.hpp"
#include "drivers/sqlite/totals.hpp"
#include "lease/record.hpp"

#include <algorithm>
#include <map>

namespace portico::sqlite {
namespace {

using lease::Lease;
using lease::Loaded;

constexpr std::int64_t kIdsTried = 1'000'000;  // beyond a place that does not read
/// Where the highest id cannot be read: more than could have been given out since.
constexpr std::uint64_t kIdLeap = std::uint64_t{1} << 32;

/// A log that was cut short may show a row twice, as it was and as it is.
void keep_newer(std::map<std::uint64_t, Lease>& leases, const Lease& lease) {
  const auto [known, is_new] = leases.try_emplace(lease.id, lease);
  if (!is_new && known->second.epoch < lease.epoch) known->second = lease;
}

/// The rows of `statement` until it ends or fails; the id of the last one read. True: at the end.
bool read_rows(Statement& statement, std::map<std::uint64_t, Lease>& leases, std::int64_t& last) {
  for (;;) {
    const auto row = statement.step();
    if (!row || !*row) return row.has_value();
    last = statement.integer(0);
    if (auto lease = lease::decode(statement.octets(1))) keep_newer(leases, *lease);
  }
}

/// Upwards; behind a page that does not read, every id is tried until one is found again.
void read_upwards(Database& database, std::int64_t top, std::map<std::uint64_t, Lease>& leases) {
  auto statement = database.prepare("SELECT id, record FROM leases WHERE id > ? ORDER BY id");
  if (!statement) return;
  std::int64_t last = 0;
  for (std::int64_t tried = 0; tried < kIdsTried && last < top; ++tried) {
    statement->bind(1, last);
    const std::int64_t from = last;
    const bool at_end = read_rows(*statement, leases, last);
    statement->reset();
    if (at_end) return;
    if (last == from) ++last;
  }
}

/// Downwards, as far as it reads: the highest id.
std::int64_t read_downwards(Database& database, std::map<std::uint64_t, Lease>& leases) {
  auto statement = database.prepare("SELECT id, record FROM leases ORDER BY id DESC");
  if (!statement) return 0;
  std::int64_t last = 0;
  (void)read_rows(*statement, leases, last);
  return leases.empty() ? 0 : static_cast<std::int64_t>(leases.rbegin()->first);
}

/// True: the newest commit is in it.
bool read_meta(Database& database, std::uint64_t commits, Loaded& loaded) {
  const auto totals = read_totals(database);
  const bool is_read = totals && totals->next_id > 0;
  const bool is_newest = is_read && totals->commits >= commits;
  if (is_read) loaded.newest_event = totals->newest_event;
  loaded.next_id = (is_read ? totals->next_id : 0) + (is_newest ? 0 : kIdLeap);
  return is_newest;
}

}  // namespace

Loaded salvage(const std::string& file, const std::string& vfs, std::uint64_t commits) {
  Loaded loaded;
  loaded.next_id = kIdLeap;
  auto database = Database::open(file, vfs, Create::No);
  if (!database) return loaded;
  database->leave_log_alone();
  const bool is_newest = read_meta(*database, commits, loaded);
  std::map<std::uint64_t, Lease> leases;
  const std::int64_t top = read_downwards(*database, leases);
  read_upwards(*database, std::max(top, static_cast<std::int64_t>(loaded.next_id)), leases);
  for (auto& [id, lease] : leases) {
    loaded.next_id = std::max(loaded.next_id, id + 1);
    // What was free may have become another's in a commit that is gone.
    if (!is_newest && lease.state == lease::State::Remembered) continue;
    loaded.newest_event = std::max(loaded.newest_event, lease.granted);
    loaded.leases.push_back(std::move(lease));
  }
  return loaded;
}

}  // namespace portico::sqlite
