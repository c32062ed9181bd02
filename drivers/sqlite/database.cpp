// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/database.hpp"

namespace portico::sqlite {
namespace {

/// How long a commit waits for a checkpoint's last part, or for somebody's shell on the file.
constexpr int kBusyMs = 1000;

int primary(int code) noexcept { return code & 0xff; }

}  // namespace

void Statement::bind(int index, std::int64_t value) noexcept {
  sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::bind(int index, Bytes octets) noexcept {
  sqlite3_bind_blob64(statement_.get(), index, octets.data(), octets.size(), SQLITE_STATIC);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(sqlite3_errmsg(sqlite3_db_handle(statement_.get())), file_);
}

Result<void> Statement::run() {
  const auto stepped = step();
  reset();
  if (!stepped) return fail(stepped.error());
  return {};
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_.get(), column);
}

Bytes Statement::octets(int column) const noexcept {
  const auto* data =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string Statement::text(int column) const {
  const Bytes characters = octets(column);
  return {characters.begin(), characters.end()};
}

Result<Database> Database::open(const std::string& file, const std::string& vfs, Create create) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (create == Create::IfMissing ? SQLITE_OPEN_CREATE : 0);
  Database database;
  database.file_ = file;
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &connection, flags, vfs.empty() ? nullptr : vfs.c_str());
  database.connection_.reset(connection);
  if (connection == nullptr) return fail("out of memory", file);
  if (code != SQLITE_OK) return fail(database.error());
  database.set(Patience::Some);
  return database;
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(error());
  return {};
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.c_str(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail(error());
  return Statement{statement, file_};
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->integer(0) : 0;
}

Result<std::string> Database::text(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->text(0) : std::string{};
}

void Database::leave_log_alone() noexcept {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Database::keep_log() noexcept {
  int keep = 1;
  sqlite3_file_control(handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  (void)execute("PRAGMA journal_size_limit=67108864");  // whatever it is: cut to nothing at the end
}

void Database::set(Patience patience) noexcept {
  sqlite3_busy_timeout(handle(), patience == Patience::Some ? kBusyMs : 0);
}

bool Database::has_moved() noexcept {
  int moved = 0;
  sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

Error Database::error() const { return {sqlite3_errmsg(handle()), file_}; }

bool Database::is_damaged() const noexcept {
  const int code = sqlite3_extended_errcode(handle());
  return primary(code) == SQLITE_CORRUPT || primary(code) == SQLITE_NOTADB ||
         code == SQLITE_READONLY_DBMOVED;
}

bool Database::lacks_a_table() const noexcept {
  return sqlite3_extended_errcode(handle()) == SQLITE_ERROR;
}

bool Database::is_busy() const noexcept {
  const int code = primary(sqlite3_extended_errcode(handle()));
  return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

}  // namespace portico::sqlite
