// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/schema.hpp"

namespace portico::sqlite {
namespace {

// leases: one row a lease, read at start. history: one row a grant or an end, which start does not
// read; (lease, epoch) names a change, so that writing it again changes nothing.
constexpr const char* kTables = R"(
  CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    next_id INTEGER NOT NULL,
    newest_event INTEGER NOT NULL,
    recovery_until INTEGER NOT NULL DEFAULT 0,
    commits INTEGER NOT NULL DEFAULT 0);
  INSERT INTO meta VALUES (1, 1, 0, 0, 0);
  CREATE TABLE leases (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    state INTEGER NOT NULL,
    record BLOB NOT NULL);
  CREATE TABLE history (
    seq INTEGER PRIMARY KEY,
    lease INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    event INTEGER NOT NULL,
    at INTEGER NOT NULL,
    direct INTEGER NOT NULL,
    tunnel INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    packets_out INTEGER NOT NULL,
    octets_out INTEGER NOT NULL,
    packets_in INTEGER NOT NULL,
    octets_in INTEGER NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (lease, epoch));
  CREATE INDEX history_direct ON history (direct, first, at) WHERE direct <> 0;
  CREATE INDEX history_tunnel ON history (tunnel, first, at) WHERE tunnel <> 0;
)";

Result<void> upgrade_tables(Database& database, std::int64_t version) {
  std::string columns;
  for (const char* column : {version < 2 ? "recovery_until" : "", "commits"})
    if (*column != 0)
      columns +=
          "ALTER TABLE meta ADD COLUMN " + std::string(column) + " INTEGER NOT NULL DEFAULT 0;";
  return database.execute("BEGIN IMMEDIATE;" + columns +
                          "PRAGMA user_version=" + std::to_string(kLeaseFile.version) + ";COMMIT;");
}

}  // namespace

Result<void> prepare_for_writing(Database& database, const std::string& file, Sync sync) {
  const auto mode = database.text("PRAGMA journal_mode=WAL");
  if (!mode) return fail(mode.error());
  if (*mode != "wal") return fail("no write-ahead log on this file system", file);
  return database.execute(std::string("PRAGMA synchronous=") +
                          (sync == Sync::Full ? "FULL" : "OFF") +
                          ";PRAGMA wal_autocheckpoint=0;PRAGMA cache_size=-16384;");
}

Result<std::int64_t> version_of(Database& database, const std::string& file, const Kind& kind) {
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  const auto application = database.integer("PRAGMA application_id");
  if (!application) return fail(application.error());
  const auto objects = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!objects) return fail(objects.error());
  if (*objects == 0) return 0;
  if (*application != kind.application)
    return fail("a database, but not of " + std::string(kind.of), file);
  if (*version > kind.version)
    return fail("written by a newer version: its schema is " + std::to_string(*version) +
                    ", this program knows " + std::to_string(kind.version),
                file);
  return version;
}

std::string making(const Kind& kind, const std::string& tables) {
  return tables + "PRAGMA application_id=" + std::to_string(kind.application) +
         ";PRAGMA user_version=" + std::to_string(kind.version) + ";";
}

Result<void> ensure_schema(Database& database, const std::string& file) {
  const auto version = version_of(database, file, kLeaseFile);
  if (!version) return fail(version.error());
  if (*version == 0)
    return database.execute("BEGIN IMMEDIATE;" + making(kLeaseFile, kTables) + "COMMIT;");
  return *version < kLeaseFile.version ? upgrade_tables(database, *version) : Result<void>{};
}

}  // namespace portico::sqlite
