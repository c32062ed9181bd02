// SPDX-License-Identifier: BSD-3-Clause
// SQLite's connections and statements as values that clean up after themselves. A connection
// belongs to one thread at a time.
#pragma once

#include "base/endian.hpp"
#include "base/result.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

namespace portico::sqlite {

/// A prepared statement; outlived by its Database.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3_stmt* statement, std::string file)
      : statement_(statement), file_(std::move(file)) {}

  /// From 1. The octets must live until the statement has been reset.
  void bind(int index, std::int64_t value) noexcept;
  void bind(int index, Bytes octets) noexcept;
  /// True: there is a row.
  [[nodiscard]] Result<bool> step();
  /// For statements without rows: runs it, and resets it whatever comes of it.
  [[nodiscard]] Result<void> run();
  void reset() noexcept { sqlite3_reset(statement_.get()); }

  /// From 0, of the current row.
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  [[nodiscard]] Bytes octets(int column) const noexcept;
  [[nodiscard]] std::string text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string file_;
};

enum class Create : std::uint8_t { No, IfMissing };
/// Towards who holds the file for the moment.
enum class Patience : std::uint8_t { Some, None };

class Database {
 public:
  Database() = default;
  /// `vfs`: as registered with SQLite; empty: the system's.
  [[nodiscard]] static Result<Database> open(const std::string& file, const std::string& vfs,
                                             Create create);

  [[nodiscard]] bool is_open() const noexcept { return connection_ != nullptr; }
  [[nodiscard]] Result<void> execute(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(const std::string& sql);
  /// The first column of the first row.
  [[nodiscard]] Result<std::int64_t> integer(const std::string& sql);
  [[nodiscard]] Result<std::string> text(const std::string& sql);

  /// To be closed without its log being moved into the file: it may not be this file's, or damaged.
  void leave_log_alone() noexcept;
  /// When it is closed its log stays, empty, and the log's index: a start on a full disk has no
  /// room to make them.
  void keep_log() noexcept;
  /// From now on; Some at first.
  void set(Patience patience) noexcept;
  /// Another file, or none, has the name by now: what is written would be found by nobody.
  [[nodiscard]] bool has_moved() noexcept;

  /// SQLite's message about the last failure, and the file.
  [[nodiscard]] Error error() const;
  /// The last failure was that of a damaged file, or of one that is no longer there.
  [[nodiscard]] bool is_damaged() const noexcept;
  /// The last failure was that a statement of ours names what the file does not have.
  [[nodiscard]] bool lacks_a_table() const noexcept;
  /// The last failure was that another process holds the file for the moment.
  [[nodiscard]] bool is_busy() const noexcept;
  [[nodiscard]] sqlite3* handle() const noexcept { return connection_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
  std::string file_;
};

}  // namespace portico::sqlite
