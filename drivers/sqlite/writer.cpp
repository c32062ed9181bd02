// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/writer.hpp"

#include "lease/record.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace portico::sqlite {
namespace {

using lease::Change;
using lease::Event;
using lease::Lease;

// A later write always wins, in whichever order they come.
constexpr const char* kUpsert =
    "INSERT INTO leases VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET "
    "epoch = ?2, state = ?3, record = ?4 WHERE epoch <= ?2";
constexpr const char* kRemove = "DELETE FROM leases WHERE id = ?1 AND epoch <= ?2";
constexpr const char* kHistory =
    "INSERT OR IGNORE INTO history VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kTotals =
    "UPDATE meta SET next_id = max(next_id, ?1), newest_event = max(newest_event, ?2), "
    "recovery_until = ?3, commits = max(commits, ?4)";

std::int64_t stored(std::uint64_t number) noexcept { return static_cast<std::int64_t>(number); }

}  // namespace

Result<void> Writer::open(Database database, const std::string& file, Sync sync) {
  database_ = std::move(database);
  return prepare_for_writing(database_, file, sync)
      .and_then([&] { return ensure_schema(database_, file); })
      .and_then([&]() -> Result<void> {
        for (const auto& [statement, sql] :
             {std::pair{&upsert_, kUpsert}, std::pair{&remove_, kRemove},
              std::pair{&history_, kHistory}, std::pair{&totals_, kTotals}}) {
          auto prepared = database_.prepare(sql);
          if (!prepared) return fail(prepared.error());
          *statement = std::move(*prepared);
        }
        return {};
      });
}

Result<void> Writer::write(std::span<const Change> batch, Totals& totals) {
  Totals after = totals;
  ++after.commits;
  for (const Change& change : batch) {
    after.next_id = std::max(after.next_id, change.lease.id + 1);
    after.newest_event = std::max(after.newest_event, change.at);
    if (change.event == Event::RecoverySet) after.recovery_until = change.recovery_until;
  }
  auto written = database_.execute("BEGIN IMMEDIATE");
  for (auto change = batch.begin(); written && change != batch.end(); ++change)
    written = write_one(*change);
  return written.and_then([&] { return write_totals(after); })
      .and_then([&] { return database_.execute("COMMIT"); })
      .and_then([&]() -> Result<void> {
        totals = after;
        return {};
      });
}

Result<void> Writer::write_rows(std::span<const Lease> leases, const Totals& totals) {
  auto written = database_.execute("BEGIN IMMEDIATE");
  for (auto lease = leases.begin(); written && lease != leases.end(); ++lease)
    written = write_row(*lease);
  return written.and_then([&] { return write_totals(totals); }).and_then([&] {
    return database_.execute("COMMIT");
  });
}

Result<void> Writer::write_row(const Lease& lease) {
  const std::vector<std::uint8_t> record = lease::encode(lease);
  const auto row = upsert(lease, record);
  if (!row || lease.state != lease::State::Bound) return row;
  const Change grant{.event = Event::Granted, .at = lease.granted, .lease = lease, .usage = {}};
  return write_history(grant, record);
}

Result<void> Writer::write_one(const Change& change) {
  if (change.event == Event::RecoverySet) return {};  // it is in the totals
  const std::vector<std::uint8_t> record = lease::encode(change.lease);
  const auto row =
      change.event == Event::Forgotten ? remove(change.lease) : upsert(change.lease, record);
  if (!row || !lease::is_history(change.event)) return row;
  return write_history(change, record);
}

Result<void> Writer::upsert(const Lease& lease, Bytes record) {
  upsert_.bind(1, stored(lease.id));
  upsert_.bind(2, stored(lease.epoch));
  upsert_.bind(3, static_cast<std::int64_t>(lease.state));
  upsert_.bind(4, record);
  return upsert_.run();
}

Result<void> Writer::remove(const Lease& lease) {
  remove_.bind(1, stored(lease.id));
  remove_.bind(2, stored(lease.epoch));
  return remove_.run();
}

Result<void> Writer::write_history(const Change& change, Bytes record) {
  const Lease& lease = change.lease;
  int column = 0;
  for (const std::int64_t value :
       {stored(lease.id), stored(lease.epoch), static_cast<std::int64_t>(change.event), change.at.s,
        static_cast<std::int64_t>(lease.public_address.bits),
        static_cast<std::int64_t>(lease.tunnel_address.bits),
        static_cast<std::int64_t>(lease.range.first), static_cast<std::int64_t>(lease.range.last()),
        stored(change.usage.packets_out), stored(change.usage.octets_out),
        stored(change.usage.packets_in), stored(change.usage.octets_in)})
    history_.bind(++column, value);
  history_.bind(++column, record);
  return history_.run();
}

Result<void> Writer::write_totals(const Totals& totals) {
  totals_.bind(1, stored(totals.next_id));
  totals_.bind(2, totals.newest_event.s);
  totals_.bind(3, totals.recovery_until.s);
  totals_.bind(4, stored(totals.commits));
  return totals_.run();
}

}  // namespace portico::sqlite
