// SPDX-License-Identifier: BSD-3-Clause
// LeaseStore on SQLite. Several connections, so that a commit waits neither for a checkpoint, nor
// for a scrub, nor for a question about the history.
#pragma once

#include "drivers/sqlite/commit_mark.hpp"
#include "drivers/sqlite/database.hpp"
#include "drivers/sqlite/file_lock.hpp"
#include "drivers/sqlite/schema.hpp"
#include "drivers/sqlite/totals.hpp"
#include "drivers/sqlite/writer.hpp"
#include "lease/store.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace portico::sqlite {

struct StoreOptions {
  std::string file;
  std::string vfs = {};  ///< as registered with SQLite; empty: the system's
  Sync sync = Sync::Full;
};

class LeaseStore final : public lease::LeaseStore {
 public:
  /// Locks the file against other instances; reads nothing yet.
  [[nodiscard]] static Result<std::unique_ptr<LeaseStore>> open(StoreOptions options);

  /// Must succeed before anything else is called.
  [[nodiscard]] Result<lease::Loaded> load() override;
  [[nodiscard]] Result<void> commit(std::span<const lease::Change> batch) override;
  [[nodiscard]] bool is_damaged() const noexcept override { return is_damaged_; }
  [[nodiscard]] Result<std::string> rewrite(std::span<const lease::Lease> leases,
                                            std::uint64_t next_id) override;
  [[nodiscard]] Result<void> checkpoint() override;
  [[nodiscard]] Result<bool> empty_log() override;
  [[nodiscard]] Result<void> scrub() override;
  [[nodiscard]] Result<bool> prune_history(WallTime before) override;
  [[nodiscard]] Result<std::vector<lease::Lease>> rows() override;
  [[nodiscard]] Result<std::vector<lease::HistoryRecord>> history(
      const lease::HistoryQuery& query) override;

 private:
  /// A connection of its own thread, opened when first used and again after an error.
  struct Guest {
    std::mutex mutex;
    Database database;
  };

  /// What scrub() found, for commit() to fail with; nothing waits for its mutex.
  class Findings {
   public:
    void set(std::optional<Error> damage) {
      const std::scoped_lock lock{mutex_};
      damage_ = std::move(damage);
    }
    [[nodiscard]] std::optional<Error> get() const {
      const std::scoped_lock lock{mutex_};
      return damage_;
    }

   private:
    mutable std::mutex mutex_;
    std::optional<Error> damage_;
  };

  LeaseStore(StoreOptions options, FileLock lock);

  [[nodiscard]] Result<void> open_writer(Create create);
  [[nodiscard]] Result<void> check_tables();
  [[nodiscard]] Result<lease::Loaded> read_all();
  [[nodiscard]] Result<lease::Loaded> save_what_reads();
  [[nodiscard]] Error give_up(const Error& error);
  void close_as_it_is();
  [[nodiscard]] Result<void> build_anew(std::span<const lease::Lease> leases);
  [[nodiscard]] Result<void> connect(Guest& guest) const;
  [[nodiscard]] bool has_vanished() const;

  const StoreOptions options_;
  const FileLock lock_;
  const CommitMark mark_;
  std::unique_ptr<Writer> writer_;
  Guest checkpointer_;
  Guest reader_;
  std::mutex scrubbing_;
  std::int64_t scrubbed_to_ = 0;  // lease id; guarded by scrubbing_
  Findings found_;
  bool is_damaged_ = false;
  Totals totals_;
  std::int64_t pruned_to_ = 0;  // history records up to this one have been looked at
};

}  // namespace portico::sqlite
