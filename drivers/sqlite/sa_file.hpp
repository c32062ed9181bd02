// SPDX-License-Identifier: BSD-3-Clause
// What stands in a file of SAs: a row for each, and a head that says how many rows there are and
// which commit was the last. Every row has a checksum.
#pragma once

#include "drivers/sqlite/database.hpp"
#include "tunnel/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace portico::sqlite {

struct SaContents {
  std::uint64_t generation = 0;   ///< of the newest commit that a witness knows of, or will
  std::string distrust;           ///< why there are retired keys
  std::set<std::string> retired;  ///< names
  std::map<tunnel::SaName, tunnel::SaState> states;

  /// Names of all keys that were ever used.
  [[nodiscard]] std::set<std::string> keys() const;
};

[[nodiscard]] std::vector<std::uint8_t> encode(const tunnel::SaState& state);
/// Nothing unless `record` is exactly what encode() makes of some state.
[[nodiscard]] std::optional<tunnel::SaState> decode_state(Bytes record);

/// Neither: a file without anything in it.
struct FoundSas {
  std::optional<SaContents> contents;
  std::optional<Error> damage;
};
/// Reads and checks all of it. An error: it may be read another time, or is not ours.
[[nodiscard]] Result<FoundSas> read_sas(Database& database, const std::string& file);

enum class Tables : std::uint8_t { AreThere, ToBeMade };
/// One transaction: these rows, and the head that they and all others come under. After an error it
/// may still be open.
[[nodiscard]] Result<void> write_sas(Database& database, Tables tables, const SaContents& contents,
                                     std::span<const tunnel::SaState> rows);

}  // namespace portico::sqlite
