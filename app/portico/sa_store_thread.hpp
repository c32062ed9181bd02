// SPDX-License-Identifier: BSD-3-Clause
// The thread that makes the states of SAs durable. Control hands in the newest of each and gets
// back which numbers are on the disk; what waits for the store is overtaken by what is newer.
#pragma once

#include "app/portico/backoff.hpp"
#include "app/portico/thread_place.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "stats/counter.hpp"
#include "tunnel/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace portico::app {

/// Written by the thread.
struct SaStoreCounters {
  stats::Counter commits;
  stats::Counter states;
  stats::Counter failures;
  stats::Counter commit_us;
};
inline constexpr auto kSaStoreCounters = stats::group<SaStoreCounters>(
    "sa_store", {
                    {&SaStoreCounters::commits, "commits", "transactions on the disk"},
                    {&SaStoreCounters::states, "states", "states of SAs in them"},
                    {&SaStoreCounters::failures, "failures", "transactions that failed"},
                    {&SaStoreCounters::commit_us, "commit_us", "microseconds spent on committing"},
                });

class SaStoreThread {
 public:
  struct Settings {
    cpu_set_t cpus = allowed_cpus();        ///< where it may run
    Duration stop_patience = 5s;            ///< how long stop() goes on trying a store that fails
    std::function<void()> on_durable = {};  ///< called on the thread when take_durable has news
  };

  /// Of an SA: what its SaState said.
  struct Durable {
    tunnel::SaName name;
    std::uint64_t number = 0;
    friend bool operator==(const Durable&, const Durable&) = default;
  };

  /// `store` has been loaded, and is this thread's from now on.
  SaStoreThread(tunnel::SaStore& store, Settings settings);
  SaStoreThread(const SaStoreThread&) = delete;
  SaStoreThread& operator=(const SaStoreThread&) = delete;
  /// stop(), if that has not been called.
  ~SaStoreThread();

  /// Control only. What of these SAs waits is not written any more: these are newer.
  void submit(std::vector<tunnel::SaState> states);
  /// Control only: the newest number of each SA that has become durable since.
  [[nodiscard]] std::vector<Durable> take_durable();
  /// Nothing: the last attempt succeeded. What failed is kept and tried again.
  [[nodiscard]] std::optional<Error> trouble() const;

  /// Writes what waits, then ends the thread. The number of SAs whose state could not be written.
  std::size_t stop();

  [[nodiscard]] const SaStoreCounters& counters() const noexcept { return counters_; }

 private:
  using Clock = std::chrono::steady_clock;
  using States = std::map<tunnel::SaName, tunnel::SaState>;

  void run();
  [[nodiscard]] bool wait_for_work(std::unique_lock<std::mutex>& lock);
  void write(std::unique_lock<std::mutex>& lock);
  void on_written(const std::vector<tunnel::SaState>& batch);
  void on_failure(std::vector<tunnel::SaState> batch, Error error);
  void set_trouble(std::optional<Error> trouble);

  tunnel::SaStore& store_;
  const Settings settings_;
  SaStoreCounters counters_;

  mutable std::mutex mutex_;  // guards what follows, down to the thread's own
  std::condition_variable work_;
  States waiting_;
  std::map<tunnel::SaName, std::uint64_t> durable_;
  std::optional<Error> trouble_;
  bool stopping_ = false;

  // Written by the thread with the mutex held; control looks here before it locks.
  std::atomic<bool> has_durable_{false};  // durable_ is not empty
  std::atomic<bool> is_troubled_{false};  // trouble_ holds one

  // The thread's own.
  Backoff backoff_;

  std::thread writer_;
};

}  // namespace portico::app
