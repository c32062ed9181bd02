// SPDX-License-Identifier: BSD-3-Clause
// The thread that makes leases durable, and its caretaker, which empties the store's log behind it
// and reads back what is on the disk. Control hands in changes and gets their tickets back once
// they are on the disk.
#pragma once

#include "app/portico/backoff.hpp"
#include "app/portico/fresh.hpp"
#include "app/portico/thread_place.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "lease/store.hpp"
#include "stats/counter.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace portico::app {

/// Written by the store thread (checkpoints, their failures, damage found: by its caretaker).
struct StoreCounters {
  stats::Counter commits;
  stats::Counter changes;
  stats::Counter failures;
  stats::Counter commit_us;
  stats::Counter pruned_steps;
  stats::Counter rewrites;
  stats::Counter checkpoints;
  stats::Counter checkpoint_failures;
  stats::Counter damage_found;
};
inline constexpr auto kStoreCounters = stats::group<StoreCounters>(
    "store", {
                 {&StoreCounters::commits, "commits", "transactions on the disk"},
                 {&StoreCounters::changes, "changes", "lease changes in them"},
                 {&StoreCounters::failures, "failures", "transactions that failed and were kept"},
                 {&StoreCounters::commit_us, "commit_us", "microseconds spent on committing"},
                 {&StoreCounters::pruned_steps, "pruned_steps", "looks at old history records"},
                 {&StoreCounters::rewrites, "rewrites", "damaged files replaced by new ones"},
                 {&StoreCounters::checkpoints, "checkpoints", "times the log was emptied"},
                 {&StoreCounters::checkpoint_failures, "checkpoint_failures",
                  "times the log could not be emptied"},
                 {&StoreCounters::damage_found, "damage_found",
                  "times a part of the file, read back, was not what had been written"},
             });

class StoreThread {
 public:
  struct Settings {
    std::size_t queue = 65536;             ///< changes that may wait, those being written included
    std::uint32_t history_days = 365;      ///< 0: for ever
    cpu_set_t cpus = allowed_cpus();       ///< where the threads may run
    Duration stop_patience = 5s;           ///< how long stop() goes on trying a store that fails
    std::function<void()> on_stored = {};  ///< called on the store thread when take_stored has news
  };

  /// What control is to know when the store does not write.
  struct Trouble {
    Error why;
    bool is_damaged = false;  ///< needs rewrite(), and none is under way
  };

  /// `store` has been loaded, and is this thread's from now on (its history() stays anybody's).
  StoreThread(lease::LeaseStore& store, Settings settings);
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;
  /// stop(), if that has not been called.
  ~StoreThread();

  /// Control only. False: as many wait as may; nothing has been taken.
  [[nodiscard]] bool submit(lease::Change change);
  /// Control only: appends the tickets of changes that have become durable, in the order of submit.
  void take_stored(std::vector<std::uint64_t>& tickets);
  /// Nothing: the last attempt succeeded. A batch that failed is kept and tried again until it
  /// succeeds, so its tickets come late rather than never.
  [[nodiscard]] std::optional<Trouble> trouble() const;

  /// The answer to damage: all leases as control knows them, for a new file.
  void rewrite(std::vector<lease::Lease> leases, std::uint64_t next_id);
  /// The name under which a damaged file was set aside, once.
  [[nodiscard]] std::optional<std::string> take_set_aside() { return set_aside_.take(); }

  /// Writes what waits, then ends the threads. The number of changes that could not be written.
  std::size_t stop();

  [[nodiscard]] const StoreCounters& counters() const noexcept { return counters_; }

 private:
  struct Rewrite {
    std::vector<lease::Lease> leases;
    std::uint64_t next_id = 1;
  };

  void run();
  [[nodiscard]] bool wait_for_work(std::unique_lock<std::mutex>& lock);
  void write_batch(std::unique_lock<std::mutex>& lock);
  /// With the mutex held.
  void set_trouble(std::optional<Trouble> trouble);
  void report(std::unique_lock<std::mutex>& lock, Result<void> written);
  void serve_rewrite(std::unique_lock<std::mutex>& lock);
  void prune();
  void take_care();
  void checkpoint();
  void scrub();

  lease::LeaseStore& store_;
  const Settings settings_;
  StoreCounters counters_;

  mutable std::mutex mutex_;  // guards what follows, down to the store thread's own
  std::condition_variable work_;
  std::condition_variable end_;  // of the caretaker
  std::vector<lease::Change> waiting_;
  std::vector<std::uint64_t> stored_;
  std::optional<Rewrite> rewrite_;
  std::optional<Trouble> trouble_;
  std::size_t batch_size_ = 0;
  // A commit failed, or a scrub did: there are commits, if only of nothing, until one succeeds.
  bool in_doubt_ = false;
  bool stopping_ = false;

  // Written by the store thread with the mutex held; control looks here before it locks.
  std::atomic<bool> has_stored_{false};   // stored_ is not empty
  std::atomic<bool> is_troubled_{false};  // trouble_ holds one
  Fresh<std::string> set_aside_;

  // The store thread's own.
  std::vector<lease::Change> batch_;
  Backoff backoff_;
  WallTime newest_event_;
  WallTime pruned_at_;
  bool prune_goes_on_ = false;

  // The caretaker's own.
  std::uint64_t commits_seen_ = 0;  // at the last checkpoint
  bool log_is_empty_ = false;

  std::thread writer_;
  std::thread caretaker_;
};

}  // namespace portico::app
