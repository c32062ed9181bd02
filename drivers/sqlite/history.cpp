// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/history.hpp"

#include "base/port_range.hpp"
#include "lease/record.hpp"

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <utility>

namespace portico::sqlite {
namespace {

using lease::Event;
using lease::HistoryQuery;
using lease::HistoryRecord;

constexpr std::int64_t kPruneStep = 1000;  // records looked at in one transaction

/// The last event before a moment that concerns a port.
struct Last {
  std::int64_t at = 0;
  std::int64_t seq = 0;
  std::int64_t lease = 0;
  std::int64_t epoch = 0;
  std::int64_t event = 0;
  friend auto operator<=>(const Last&, const Last&) = default;
};

/// Ranges are aligned, so those that may hold a port begin at one of 15 places: an index look-up
/// each.
Result<std::optional<Last>> last_event(Database& database, const char* side,
                                       const HistoryQuery& query) {
  auto statement = database.prepare(std::string("SELECT at, seq, lease, epoch, event FROM history "
                                                "WHERE ") +
                                    side + " = ?1 AND " + side +
                                    " <> 0 AND first = ?2 AND last >= ?3 AND at <= ?4 "
                                    "ORDER BY at DESC, seq DESC LIMIT 1");
  if (!statement) return fail(statement.error());
  statement->bind(1, static_cast<std::int64_t>(query.public_address.bits));
  statement->bind(3, static_cast<std::int64_t>(query.port));
  statement->bind(4, query.at.s);
  std::optional<Last> last;
  for (std::uint32_t size = 1; size <= kMaxRangeSize; size *= 2) {
    statement->bind(2, static_cast<std::int64_t>(query.port & ~(size - 1)));
    const auto row = statement->step();
    if (!row) return fail(row.error());
    if (*row) {
      const Last found{statement->integer(0), statement->integer(1), statement->integer(2),
                       statement->integer(3), statement->integer(4)};
      if (!last || *last < found) last = found;
    }
    statement->reset();
  }
  return last;
}

std::uint64_t count(const Statement& row, int column) noexcept {
  return static_cast<std::uint64_t>(row.integer(column));
}

/// From a grant on, up to and with what ended it.
Result<std::vector<HistoryRecord>> records_from(Database& database, const Last& grant) {
  auto rows = database.prepare(
      "SELECT event, at, record, packets_out, octets_out, packets_in, octets_in FROM history "
      "WHERE lease = ?1 AND epoch >= ?2 ORDER BY epoch");
  if (!rows) return fail(rows.error());
  rows->bind(1, grant.lease);
  rows->bind(2, grant.epoch);
  std::vector<HistoryRecord> records;
  for (;;) {
    const auto row = rows->step();
    if (!row) return fail(row.error());
    if (!*row) return records;
    const auto lease = lease::decode(rows->octets(2));
    if (!lease) return fail("a history record is not what was written");
    const auto event = static_cast<Event>(rows->integer(0));
    records.push_back({event,
                       {rows->integer(1)},
                       *lease,
                       {count(*rows, 3), count(*rows, 4), count(*rows, 5), count(*rows, 6)}});
    if (event != Event::Granted) return records;
  }
}

struct Old {
  std::vector<std::int64_t> unneeded;
  std::int64_t looked_at = 0;
  bool more = false;
};

Result<Old> find_old(Database& database, WallTime before, std::int64_t looked_at) {
  auto rows = database.prepare(
      "SELECT seq, at, EXISTS (SELECT 1 FROM leases WHERE id = history.lease AND state = 0) "
      "FROM history WHERE seq > ?1 ORDER BY seq LIMIT ?2");
  if (!rows) return fail(rows.error());
  rows->bind(1, looked_at);
  rows->bind(2, kPruneStep);
  Old old;
  std::int64_t seen = 0;
  for (;; ++seen) {
    const auto row = rows->step();
    if (!row) return fail(row.error());
    if (!*row || rows->integer(1) >= before.s) break;
    old.looked_at = rows->integer(0);
    if (rows->integer(2) == 0) old.unneeded.push_back(old.looked_at);
  }
  old.more = seen == kPruneStep;
  return old;
}

Result<void> remove(Database& database, const std::vector<std::int64_t>& unneeded) {
  auto statement = database.prepare("DELETE FROM history WHERE seq = ?1");
  if (!statement) return fail(statement.error());
  auto removed = database.execute("BEGIN IMMEDIATE");
  for (auto seq = unneeded.begin(); removed && seq != unneeded.end(); ++seq) {
    statement->bind(1, *seq);
    removed = statement->run();
  }
  return removed.and_then([&] { return database.execute("COMMIT"); });
}

}  // namespace

Result<std::vector<HistoryRecord>> find_holder(Database& database, const HistoryQuery& query) {
  const auto direct = last_event(database, "direct", query);
  if (!direct) return fail(direct.error());
  const auto tunnel = last_event(database, "tunnel", query);
  if (!tunnel) return fail(tunnel.error());
  const std::optional<Last> last = std::max(*direct, *tunnel);
  if (!last || last->event != static_cast<std::int64_t>(Event::Granted))
    return std::vector<HistoryRecord>{};
  return records_from(database, *last);
}

Result<bool> prune_history(Database& database, WallTime before, std::int64_t& looked_at) {
  const auto old = find_old(database, before, looked_at);
  if (!old) return fail(old.error());
  if (!old->unneeded.empty()) {
    const auto removed = remove(database, old->unneeded);
    if (!removed) return fail(removed.error());
  }
  looked_at = old->more ? old->looked_at : 0;
  return old->more;
}

}  // namespace portico::sqlite
