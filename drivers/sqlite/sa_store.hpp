// SPDX-License-Identifier: BSD-3-Clause
// SaStore on SQLite, in a file of its own. One thread. A number is committed when both the file and
// the witness beside the keys know of it: a file that knows less than its witness is not believed.
#pragma once

#include "drivers/sqlite/database.hpp"
#include "drivers/sqlite/file_lock.hpp"
#include "drivers/sqlite/sa_file.hpp"
#include "drivers/sqlite/schema.hpp"
#include "drivers/sqlite/witness.hpp"
#include "tunnel/store.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace portico::sqlite {

struct SaStoreOptions {
  std::string file;
  std::string vfs = {};  ///< as registered with SQLite; empty: the system's
  Sync sync = Sync::Full;
};

class SaStore final : public tunnel::SaStore {
 public:
  /// Locks the file against other instances; reads nothing yet.
  [[nodiscard]] static Result<std::unique_ptr<SaStore>> open(SaStoreOptions options,
                                                             std::unique_ptr<WitnessFile> witness);

  /// Must succeed before commit() is called.
  [[nodiscard]] Result<tunnel::LoadedSas> load(const std::set<std::string>& keys) override;
  /// A file that is damaged by now is set aside, which is an error that says so; the next call
  /// writes a new one.
  [[nodiscard]] Result<void> commit(std::span<const tunnel::SaState> batch) override;

 private:
  using Rows = std::map<tunnel::SaName, tunnel::SaState>;

  SaStore(SaStoreOptions options, FileLock lock, std::unique_ptr<WitnessFile> witness);

  [[nodiscard]] Result<FoundSas> find(Create create);
  [[nodiscard]] Result<void> begin_anew(const Witness& witness, std::string why);
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] Result<void> write(const Rows& rows);
  [[nodiscard]] Result<void> put_on_disk(const Rows& rows);
  [[nodiscard]] Result<std::string> put_aside();
  void close();

  const SaStoreOptions options_;
  const FileLock lock_;
  const std::unique_ptr<WitnessFile> witness_;
  Database database_;
  SaContents contents_;               // on the disk, or meant to be: control relies on no more
  std::uint64_t on_disk_ = 0;         // generation of the newest transaction that succeeded
  Tables tables_ = Tables::AreThere;  // in the file that is open, or will be
  bool owes_witness_ = true;          // the witness does not know of the newest generation
};

}  // namespace portico::sqlite
