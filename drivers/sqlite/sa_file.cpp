// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/sa_file.hpp"

#include "base/octets.hpp"
#include "drivers/sqlite/schema.hpp"

#include <algorithm>

namespace portico::sqlite {
namespace {

using tunnel::SaName;
using tunnel::SaState;
using tunnel::Way;

constexpr Kind kSaFile{0x506f5341, 1, "SAs"};  // "PoSA"
constexpr std::uint8_t kRecordVersion = 1;

constexpr const char* kTables = R"(
  CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), record BLOB NOT NULL);
  CREATE TABLE states (name BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
)";

std::vector<std::uint8_t> encode(const SaName& name) {
  OctetWriter writer;
  writer.text(name.key);
  writer.number(static_cast<std::uint8_t>(name.way));
  writer.number(name.index);
  return std::move(writer).with_checksum();
}

struct Head {
  SaContents contents;     ///< but for the states
  std::uint64_t rows = 0;  ///< so many are there
};

std::vector<std::uint8_t> encode_head(const SaContents& contents, std::uint64_t rows) {
  OctetWriter writer;
  writer.number(kRecordVersion);
  writer.number(contents.generation);
  writer.number(rows);
  writer.text(contents.distrust);
  writer.texts(contents.retired);
  return std::move(writer).with_checksum();
}

std::optional<Head> decode_head(Bytes record) {
  const auto body = without_checksum(record);
  if (!body) return std::nullopt;
  OctetReader reader{*body};
  if (reader.number<std::uint8_t>() != kRecordVersion) return std::nullopt;
  Head head;
  head.contents.generation = reader.number<std::uint64_t>();
  head.rows = reader.number<std::uint64_t>();
  head.contents.distrust = reader.text();
  head.contents.retired = reader.texts();
  if (!reader.at_end()) return std::nullopt;
  return head;
}

Error damaged(const std::string& how, const std::string& file) { return {"damaged: " + how, file}; }

/// A failure of SQLite's: is it the file's?
Result<FoundSas> judge(const Database& database, const Error& error) {
  if (database.is_damaged() || database.lacks_a_table()) return FoundSas{{}, error};
  return fail(error);
}

Result<FoundSas> read_states(Database& database, const std::string& file, Head head) {
  auto rows = database.prepare("SELECT name, record FROM states");
  if (!rows) return judge(database, rows.error());
  auto& states = head.contents.states;
  for (auto row = rows->step(); !row || *row; row = rows->step()) {
    if (!row) return judge(database, row.error());
    const auto state = decode_state(rows->octets(1));
    if (!state || !std::ranges::equal(encode(state->name), rows->octets(0)))
      return FoundSas{{}, damaged("a record is not what was written", file)};
    states.emplace(state->name, *state);
  }
  if (states.size() != head.rows) return FoundSas{{}, damaged("records are missing", file)};
  return FoundSas{std::move(head.contents), {}};
}

}  // namespace

std::set<std::string> SaContents::keys() const {
  auto names = retired;
  for (const auto& [name, state] : states) names.insert(name.key);
  return names;
}

std::vector<std::uint8_t> encode(const SaState& state) {
  OctetWriter writer;
  writer.number(kRecordVersion);
  writer.text(state.name.key);
  writer.number(static_cast<std::uint8_t>(state.name.way));
  writer.number(state.name.index);
  writer.number(state.number);
  writer.number(state.octets);
  writer.time(state.since);
  return std::move(writer).with_checksum();
}

std::optional<SaState> decode_state(Bytes record) {
  const auto body = without_checksum(record);
  if (!body) return std::nullopt;
  OctetReader reader{*body};
  if (reader.number<std::uint8_t>() != kRecordVersion) return std::nullopt;
  SaState state;
  state.name.key = reader.text();
  state.name.way = static_cast<Way>(reader.number<std::uint8_t>());
  state.name.index = reader.number<std::uint32_t>();
  state.number = reader.number<std::uint64_t>();
  state.octets = reader.number<std::uint64_t>();
  state.since = reader.time();
  if (!reader.at_end() || state.name.way > Way::Receiving) return std::nullopt;
  return state;
}

Result<FoundSas> read_sas(Database& database, const std::string& file) {
  const auto version = version_of(database, file, kSaFile);
  if (!version) return judge(database, version.error());
  if (*version == 0) return FoundSas{};
  const auto verdict = database.text("PRAGMA quick_check");
  if (!verdict) return judge(database, verdict.error());
  if (*verdict != "ok") return FoundSas{{}, damaged(*verdict, file)};
  auto statement = database.prepare("SELECT record FROM head");
  if (!statement) return judge(database, statement.error());
  const auto row = statement->step();
  if (!row) return judge(database, row.error());
  auto head = *row ? decode_head(statement->octets(0)) : std::nullopt;
  if (!head) return FoundSas{{}, damaged("its head is not what was written", file)};
  return read_states(database, file, std::move(*head));
}

Result<void> write_sas(Database& database, Tables tables, const SaContents& contents,
                       std::span<const SaState> rows) {
  const std::string making_them = tables == Tables::ToBeMade ? making(kSaFile, kTables) : "";
  const auto begun = database.execute("BEGIN IMMEDIATE;" + making_them);
  if (!begun) return begun;
  auto upsert = database.prepare("INSERT OR REPLACE INTO states VALUES (?1, ?2)");
  if (!upsert) return fail(upsert.error());
  auto all = contents.states.size();
  for (const auto& state : rows) {
    const auto name = encode(state.name);
    const auto record = encode(state);
    upsert->bind(1, Bytes{name});
    upsert->bind(2, Bytes{record});
    if (const auto written = upsert->run(); !written) return written;
    all += contents.states.contains(state.name) ? 0 : 1;
  }
  auto replace = database.prepare("INSERT OR REPLACE INTO head VALUES (1, ?1)");
  if (!replace) return fail(replace.error());
  const auto head = encode_head(contents, all);
  replace->bind(1, Bytes{head});
  return replace->run().and_then([&] { return database.execute("COMMIT"); });
}

}  // namespace portico::sqlite
