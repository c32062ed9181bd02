// SPDX-License-Identifier: BSD-3-Clause
// What a file looks like inside: a lease file's tables, and what tells whose a file is.
#pragma once

#include "base/result.hpp"
#include "drivers/sqlite/database.hpp"

#include <cstdint>
#include <string>

namespace portico::sqlite {

/// Whose a file is, as its header says.
struct Kind {
  std::int64_t application = 0;
  std::int64_t version = 0;
  const char* of = "";  ///< what it is a database of
};
inline constexpr Kind kLeaseFile{0x506f7274, 3, "leases"};  // "Port"

enum class Sync : std::uint8_t {
  Full,  ///< every commit is on the disk when it returns
  Off,   ///< nothing is promised: for a test that must be able to fail
};

/// For a connection that writes: a write-ahead log, synced at every commit, checkpoints left to
/// LeaseStore::checkpoint().
[[nodiscard]] Result<void> prepare_for_writing(Database& database, const std::string& file,
                                               Sync sync);
/// Of a file of that kind, or of an empty one: 0. Fails if it is somebody else's, or newer.
[[nodiscard]] Result<std::int64_t> version_of(Database& database, const std::string& file,
                                              const Kind& kind);
/// Statements that make an empty file one of that kind, with `tables`; in one transaction.
[[nodiscard]] std::string making(const Kind& kind, const std::string& tables);
/// Makes the tables of an empty lease file, brings those of an older version up to this. Fails if
/// the file is somebody else's, or of a newer version.
[[nodiscard]] Result<void> ensure_schema(Database& database, const std::string& file);

}  // namespace portico::sqlite
