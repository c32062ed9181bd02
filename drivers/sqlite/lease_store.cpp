// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/lease_store.hpp"

#include "base/expects.hpp"
#include "drivers/posix/disk.hpp"
#include "drivers/sqlite/history.hpp"
#include "drivers/sqlite/replace.hpp"
#include "drivers/sqlite/salvage.hpp"
#include "drivers/sqlite/scrub.hpp"
#include "lease/record.hpp"

#include <filesystem>
#include <utility>

namespace portico::sqlite {
namespace {

using lease::Change;
using lease::Lease;
using lease::Loaded;

constexpr int kLargeLog = 16384;  // pages of a write-ahead log that must not grow further

/// Every row; `damaged`: there is a record that is not what was written, and it is not among them.
struct Rows {
  std::vector<Lease> leases;
  bool damaged = false;
};

Result<Rows> read_rows(Database& database) {
  // A vector of a million that grows moves each lease once or twice, and holds room for two.
  const auto count = database.integer("SELECT count(*) FROM leases");
  if (!count) return fail(count.error());
  auto statement = database.prepare("SELECT record FROM leases ORDER BY id");
  if (!statement) return fail(statement.error());
  Rows rows;
  rows.leases.reserve(static_cast<std::size_t>(*count));
  for (;;) {
    const auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return rows;
    if (auto lease = lease::decode(statement->octets(0)))
      rows.leases.push_back(std::move(*lease));
    else
      rows.damaged = true;
  }
}

}  // namespace

LeaseStore::LeaseStore(StoreOptions options, FileLock lock)
    : options_(std::move(options)), lock_(std::move(lock)), mark_(options_.file, options_.vfs) {}

Result<std::unique_ptr<LeaseStore>> LeaseStore::open(StoreOptions options) {
  auto lock = FileLock::take(options.file);
  if (!lock) return fail(lock.error());
  return std::unique_ptr<LeaseStore>(new LeaseStore(std::move(options), std::move(*lock)));
}

Result<Loaded> LeaseStore::load() {
  const auto finished = finish_replacing(options_.file);
  if (!finished) return fail(finished.error());
  mark_.forget_if_first();
  auto loaded = read_all();
  if (!loaded && is_damaged_) loaded = save_what_reads();
  if (loaded && *finished) loaded->salvaged_from = **finished;
  return loaded;
}

Result<Loaded> LeaseStore::save_what_reads() {
  close_as_it_is();
  const std::uint64_t commits = mark_.read();
  Loaded loaded = salvage(options_.file, options_.vfs, commits);
  // In the new file from its first moment: a power cut must not make the loss unknown.
  loaded.recovery_until = lease::kUndecided;
  totals_ = {loaded.next_id, loaded.newest_event, loaded.recovery_until, commits};
  auto aside = rewrite(loaded.leases, loaded.next_id);
  if (!aside) return fail(aside.error());
  loaded.salvaged_from = std::move(*aside);
  return loaded;
}

Result<Loaded> LeaseStore::read_all() {
  const auto ready = open_writer(Create::IfMissing).and_then([this] { return check_tables(); });
  if (!ready) return fail(ready.error());
  Loaded loaded;
  Database& database = writer_->database();
  auto rows = read_rows(database);
  if (!rows) return fail(give_up(rows.error()));
  is_damaged_ = is_damaged_ || rows->damaged;
  if (rows->damaged) return fail("damaged: a record is not what was written", options_.file);
  loaded.leases = std::move(rows->leases);
  const auto totals = read_totals(database);
  if (!totals) return fail(give_up(totals.error()));
  if (totals->commits < mark_.read()) {
    is_damaged_ = true;
    return fail("damaged: commits are gone", options_.file);
  }
  totals_ = *totals;
  loaded.next_id = totals_.next_id;
  loaded.newest_event = totals_.newest_event;
  loaded.recovery_until = totals_.recovery_until;
  return loaded;
}

/// The tables that start reads; the history may be large.
Result<void> LeaseStore::check_tables() {
  for (const char* table : {"meta", "leases"}) {
    const auto verdict =
        writer_->database().text("PRAGMA quick_check('" + std::string(table) + "')");
    if (!verdict) return fail(give_up(verdict.error()));
    if (*verdict == "ok") continue;
    is_damaged_ = true;
    return fail("damaged: " + *verdict, options_.file);
  }
  return {};
}

/// Remembers whether the file is damaged, and leaves the connection unless it was only busy: the
/// next attempt opens the file again, which mends whatever a connection may have kept of a failure.
Error LeaseStore::give_up(const Error& error) {
  Database& database = writer_->database();
  const bool is_busy = database.is_busy();
  is_damaged_ = is_damaged_ || database.is_damaged();
  if (sqlite3_get_autocommit(database.handle()) == 0) (void)database.execute("ROLLBACK");
  if (is_damaged_) database.leave_log_alone();
  if (!is_busy) writer_.reset();
  return error;
}

Result<void> LeaseStore::open_writer(Create create) {
  if (writer_) return {};
  auto database = Database::open(options_.file, options_.vfs, create);
  if (!database) {
    is_damaged_ = create == Create::No && has_vanished();
    return fail(database.error());
  }
  database->keep_log();
  writer_ = std::make_unique<Writer>();
  const auto opened = writer_->open(std::move(*database), options_.file, options_.sync);
  if (!opened) return fail(give_up(opened.error()));
  if (create == Create::IfMissing && options_.vfs.empty())
    return posix::sync_folder_of(options_.file);
  return {};
}

/// Gone from under us: only the control core's copy can replace it.
bool LeaseStore::has_vanished() const { return !std::filesystem::exists(options_.file); }

Result<void> LeaseStore::commit(std::span<const Change> batch) {
  if (const auto damage = found_.get()) {
    is_damaged_ = true;
    return fail(*damage);
  }
  is_damaged_ = false;
  const auto opened = open_writer(Create::No);
  if (!opened) return opened;
  if (writer_->database().has_moved()) {
    writer_.reset();
    is_damaged_ = true;
    return fail("the file was moved or deleted", options_.file);
  }
  const auto written = writer_->write(batch, totals_);
  if (!written) return fail(give_up(written.error()));
  mark_.write(totals_.commits);
  return {};
}

Result<std::string> LeaseStore::rewrite(std::span<const Lease> leases, std::uint64_t next_id) {
  const std::scoped_lock nobody_else{checkpointer_.mutex, reader_.mutex, scrubbing_};
  close_as_it_is();
  totals_.next_id = next_id;
  pruned_to_ = 0;
  auto aside =
      clear_building(options_.file).and_then([&] { return build_anew(leases); }).and_then([&] {
        return put_in_place(options_.file);
      });
  if (aside) {
    is_damaged_ = false;
    found_.set(std::nullopt);
  }
  return aside;
}

/// For a file that is damaged: not even its log is written to it any more.
void LeaseStore::close_as_it_is() {
  if (writer_) writer_->database().leave_log_alone();
  writer_.reset();
  for (Database* database : {&checkpointer_.database, &reader_.database}) {
    if (database->is_open()) database->leave_log_alone();
    *database = {};
  }
}

Result<void> LeaseStore::build_anew(std::span<const Lease> leases) {
  const std::string building = building_name(options_.file);
  auto database = Database::open(building, options_.vfs, Create::IfMissing);
  if (!database) return fail(database.error());
  Writer writer;
  return writer.open(std::move(*database), building, options_.sync)
      .and_then([&] { return writer.write_rows(leases, totals_); })
      .and_then([&] { return writer.database().execute("PRAGMA wal_checkpoint(TRUNCATE)"); });
}

Result<void> LeaseStore::connect(Guest& guest) const {
  if (guest.database.is_open()) return {};
  auto database = Database::open(options_.file, options_.vfs, Create::No);
  if (!database) return fail(database.error());
  database->keep_log();
  // Only a connection that has read knows of the log; until then a checkpoint would do nothing.
  const auto read = database->integer("SELECT next_id FROM meta");
  if (!read) return fail(read.error());
  guest.database = std::move(*database);
  return {};
}

Result<void> LeaseStore::checkpoint() {
  const std::scoped_lock mine{checkpointer_.mutex};
  const auto connected = connect(checkpointer_);
  if (!connected) return connected;
  sqlite3* handle = checkpointer_.database.handle();
  int pages = 0;
  int code = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, nullptr);
  // While commits follow each other the log never begins anew by itself. Nearly all of it has been
  // moved by now, so they wait for what little is left.
  if (code == SQLITE_OK && pages > kLargeLog)
    code = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return {};
  const Error error = checkpointer_.database.error();
  checkpointer_.database = {};
  return fail(error);
}

Result<bool> LeaseStore::empty_log() {
  const std::scoped_lock mine{checkpointer_.mutex};
  const auto connected = connect(checkpointer_);
  if (!connected) return fail(connected.error());
  Database& database = checkpointer_.database;
  database.set(Patience::None);  // commits would wait as well
  const int code = sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  database.set(Patience::Some);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return code == SQLITE_OK;
  const Error error = database.error();
  database = {};
  return fail(error);
}

Result<void> LeaseStore::scrub() {
  const std::scoped_lock mine{scrubbing_};
  auto damage = found_.get();
  if (!damage) {
    const std::uint64_t commits = mark_.read();
    auto database = Database::open(options_.file, options_.vfs, Create::No);
    if (database) {
      database->leave_log_alone();  // the file may be another by now
      damage = find_damage(*database, options_.file, commits, scrubbed_to_);
    } else if (has_vanished()) {
      damage = database.error();
    }
    found_.set(damage);
  }
  if (damage) return fail(*damage);
  return {};
}

Result<bool> LeaseStore::prune_history(WallTime before) {
  const auto opened = open_writer(Create::No);
  if (!opened) return fail(opened.error());
  const auto more = sqlite::prune_history(writer_->database(), before, pruned_to_);
  if (!more) return fail(give_up(more.error()));
  return more;
}

Result<std::vector<lease::HistoryRecord>> LeaseStore::history(const lease::HistoryQuery& query) {
  const std::scoped_lock mine{reader_.mutex};
  const auto connected = connect(reader_);
  if (!connected) return fail(connected.error());
  auto records = find_holder(reader_.database, query);
  if (!records) reader_.database = {};
  return records;
}

Result<std::vector<lease::Lease>> LeaseStore::rows() {
  const std::scoped_lock mine{reader_.mutex};
  const auto connected = connect(reader_);
  if (!connected) return fail(connected.error());
  auto read = read_rows(reader_.database);
  if (!read) {
    reader_.database = {};
    return fail(read.error());
  }
  return std::move(read->leases);
}

}  // namespace portico::sqlite
