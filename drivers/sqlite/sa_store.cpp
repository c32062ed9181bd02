// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/sa_store.hpp"

#include "base/expects.hpp"
#include "drivers/posix/disk.hpp"
#include "drivers/sqlite/replace.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

namespace portico::sqlite {
namespace {

using tunnel::LoadedSas;
using tunnel::SaState;
using tunnel::Way;

/// Pages of the log, behind which a commit moves it into the file.
constexpr const char* kCheckpoints = "PRAGMA wal_autocheckpoint=256";

/// Why what was found is not to be believed.
std::optional<std::string> distrust_of(const FoundSas& found, const Witness& witness,
                                       const std::string& file) {
  if (found.damage) return to_string(*found.damage);
  if (!found.contents) {
    if (witness.keys.empty()) return std::nullopt;
    return file + " is lost";
  }
  if (found.contents->generation < witness.generation)
    return file + " is older than what was last written";
  if (!std::ranges::includes(found.contents->keys(), witness.keys))
    return file + " does not know of every key that was used";
  return std::nullopt;
}

/// More than any store of earlier days can have come to: none has seen a million generations a
/// second since 1970.
std::uint64_t beyond_all_generations() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
  return static_cast<std::uint64_t>(seconds) << 20;
}

/// Numbers and octets only rise, in whichever order they come.
void raise(SaState& known, const SaState& state) {
  known.number = std::max(known.number, state.number);
  known.octets = std::max(known.octets, state.octets);
  known.since = std::min(known.since, state.since);
}

}  // namespace

SaStore::SaStore(SaStoreOptions options, FileLock lock, std::unique_ptr<WitnessFile> witness)
    : options_(std::move(options)), lock_(std::move(lock)), witness_(std::move(witness)) {}

Result<std::unique_ptr<SaStore>> SaStore::open(SaStoreOptions options,
                                               std::unique_ptr<WitnessFile> witness) {
  auto lock = FileLock::take(options.file);
  if (!lock) return fail(lock.error());
  return std::unique_ptr<SaStore>(
      new SaStore(std::move(options), std::move(*lock), std::move(witness)));
}

Result<LoadedSas> SaStore::load(const std::set<std::string>& keys) {
  const auto octets = witness_->read();
  if (!octets) return fail(octets.error());
  const auto read = *octets ? decode_witness(**octets) : std::nullopt;
  auto found = find(Create::IfMissing);
  if (!found) return fail(found.error());
  LoadedSas loaded;
  if (found->contents && !read)
    loaded.notice = "the witness of " + options_.file + (*octets ? " was ruined" : " was gone") +
                    ", and is written anew";
  const bool is_forgotten = !read && (found->damage || (!found->contents && *octets));
  const auto witness =
      is_forgotten ? Witness{beyond_all_generations(), keys} : read.value_or(Witness{});
  auto why = distrust_of(*found, witness, options_.file);
  if (why) *why += ", so that all keys that were used are retired";
  if (is_forgotten)
    why = "which keys were used is not known, for neither " + options_.file +
          " nor its witness can be read, so that all keys there are now are retired";
  contents_ = std::move(found->contents).value_or(SaContents{});
  // Once the file is set aside nothing else tells the next start that keys were used.
  if (is_forgotten)
    if (const auto told = witness_->replace(encode(witness)); !told) return fail(told.error());
  if (why) {
    const auto begun = begin_anew(witness, std::move(*why));
    if (!begun) return fail(begun.error());
  }
  // Every start is a generation of its own: of what was there before no copy will be believed. If
  // it cannot be written now, commit() writes it, before which no number is used.
  owes_witness_ = true;
  (void)write({});
  for (const auto& [name, state] : contents_.states) loaded.states.push_back(state);
  loaded.retired_keys = contents_.retired;
  if (!contents_.distrust.empty()) loaded.distrust = contents_.distrust;
  return loaded;
}

/// Without any state, all keys retired.
Result<void> SaStore::begin_anew(const Witness& witness, std::string why) {
  contents_ = {};
  contents_.generation = witness.generation;
  contents_.retired = witness.keys;
  contents_.distrust = std::move(why);
  if (tables_ == Tables::ToBeMade) return {};
  const auto aside = put_aside();
  if (!aside) return fail(aside.error());
  contents_.distrust += "; it is set aside as " + *aside;
  const auto found = find(Create::IfMissing);
  return found ? Result<void>{} : fail(found.error());
}

Result<std::string> SaStore::put_aside() {
  close();
  tables_ = Tables::ToBeMade;
  owes_witness_ = true;
  return set_aside(options_.file);
}

/// Not even its log is written to it any more.
void SaStore::close() {
  if (database_.is_open()) database_.leave_log_alone();
  database_ = {};
}

/// What the file holds, which is open then unless it is damaged.
Result<FoundSas> SaStore::find(Create create) {
  close();
  auto database = Database::open(options_.file, options_.vfs, create);
  if (!database) return fail(database.error());
  database->keep_log();
  const auto ready = prepare_for_writing(*database, options_.file, options_.sync).and_then([&] {
    return database->execute(kCheckpoints);
  });
  if (!ready) {
    const bool is_damaged = database->is_damaged();
    database->leave_log_alone();
    if (!is_damaged) return fail(ready.error());
    tables_ = Tables::AreThere;
    return FoundSas{{}, ready.error()};
  }
  auto found = read_sas(*database, options_.file);
  database_ = std::move(*database);
  if (!found || found->damage) close();
  if (found) tables_ = found->contents || found->damage ? Tables::AreThere : Tables::ToBeMade;
  return found;
}

Result<void> SaStore::commit(std::span<const SaState> batch) {
  Rows rows;
  for (const auto& state : batch) {
    expects(!contents_.retired.contains(state.name.key), "a retired key is not used");
    const auto row = rows.try_emplace(state.name, state).first;
    raise(row->second, state);
  }
  const auto connected = connect();
  if (!connected) return connected;
  for (auto& [name, row] : rows) {
    const auto known = contents_.states.find(name);
    const bool is_known = known != contents_.states.end();
    if (!is_known || (name.way == Way::Sending && row.number > known->second.number))
      owes_witness_ = true;
    if (is_known) raise(row, known->second);
  }
  return write(rows);
}

/// Open, or opened again after a failure: by then the file may hold what was not said to be there.
Result<void> SaStore::connect() {
  if (database_.is_open() && !database_.has_moved()) return {};
  const bool is_new = tables_ == Tables::ToBeMade;
  const bool is_there = is_new || !options_.vfs.empty() || std::filesystem::exists(options_.file);
  const auto found = is_there ? find(is_new ? Create::IfMissing : Create::No) : Result<FoundSas>{};
  if (!found) return fail(found.error());
  if (is_new && tables_ == Tables::ToBeMade) return {};
  if (found->contents && found->contents->generation >= on_disk_) {
    for (const auto& [name, state] : found->contents->states)
      raise(contents_.states.try_emplace(name, state).first->second, state);
    return {};
  }
  const auto aside = put_aside();
  if (!aside) return fail(aside.error());
  return fail("damaged or gone: what there is of it is set aside as " + *aside +
                  ", a new one will be written",
              options_.file);
}

/// First the file, then the witness: what the witness knows of is always there. An attempt that
/// failed may have left its generation somewhere, so that each has its own.
Result<void> SaStore::write(const Rows& rows) {
  if (owes_witness_) ++contents_.generation;
  const auto written = put_on_disk(rows);
  if (!written) {
    close();
    return written;
  }
  for (const auto& [name, row] : rows) contents_.states.insert_or_assign(name, row);
  if (!owes_witness_) return {};
  const auto witnessed = witness_->replace(encode(Witness{contents_.generation, contents_.keys()}));
  if (witnessed) owes_witness_ = false;
  return witnessed;
}

Result<void> SaStore::put_on_disk(const Rows& rows) {
  const bool is_new = tables_ == Tables::ToBeMade;
  auto all = is_new ? contents_.states : Rows{};
  for (const auto& [name, row] : rows) all.insert_or_assign(name, row);
  std::vector<SaState> states;
  for (const auto& [name, row] : all) states.push_back(row);
  const auto written = write_sas(database_, tables_, contents_, states);
  if (!written) return written;
  tables_ = Tables::AreThere;
  on_disk_ = contents_.generation;
  return is_new && options_.vfs.empty() ? posix::sync_folder_of(options_.file) : Result<void>{};
}

}  // namespace portico::sqlite
