// SPDX-License-Identifier: BSD-3-Clause
// What a lease file looks like inside.
#pragma once

#include "base/result.hpp"
#include "drivers/sqlite/database.hpp"

#include <cstdint>
#include <string>

namespace portico::sqlite {

inline constexpr int kSchemaVersion = 3;

enum class Sync : std::uint8_t {
  Full,  ///< every commit is on the disk when it returns
  Off,   ///< nothing is promised: for a test that must be able to fail
};

/// For a connection that writes: a write-ahead log, synced at every commit, checkpoints left to
/// LeaseStore::checkpoint().
[[nodiscard]] Result<void> prepare_for_writing(Database& database, const std::string& file,
                                               Sync sync);
/// Makes the tables of an empty file, brings those of an older version up to this. Fails if the
/// file is somebody else's, or of a newer version.
[[nodiscard]] Result<void> ensure_schema(Database& database, const std::string& file);

}  // namespace portico::sqlite
