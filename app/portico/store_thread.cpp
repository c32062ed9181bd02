// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/store_thread.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace portico::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration kCareEvery = 1s;
constexpr std::int64_t kPruneEvery_s = 3600;
constexpr std::int64_t kSecondsADay = 86400;

}  // namespace

StoreThread::StoreThread(lease::LeaseStore& store, Settings settings)
    : store_(store), settings_(std::move(settings)) {
  writer_ = std::thread([this] { run(); });
  caretaker_ = std::thread([this] { take_care(); });
}

StoreThread::~StoreThread() { stop(); }

bool StoreThread::submit(lease::Change change) {
  {
    const std::scoped_lock lock{mutex_};
    if (waiting_.size() + batch_size_ >= settings_.queue) return false;
    waiting_.push_back(std::move(change));
  }
  work_.notify_one();
  return true;
}

void StoreThread::take_stored(std::vector<std::uint64_t>& tickets) {
  if (!has_stored_.load(std::memory_order_acquire)) return;
  const std::scoped_lock lock{mutex_};
  has_stored_.store(false, std::memory_order_relaxed);
  tickets.insert(tickets.end(), stored_.begin(), stored_.end());
  stored_.clear();
}

std::optional<StoreThread::Trouble> StoreThread::trouble() const {
  if (!is_troubled_.load(std::memory_order_acquire)) return std::nullopt;
  const std::scoped_lock lock{mutex_};
  return trouble_;
}

void StoreThread::rewrite(std::vector<lease::Lease> leases, std::uint64_t next_id) {
  {
    const std::scoped_lock lock{mutex_};
    rewrite_ = Rewrite{std::move(leases), next_id};
    if (trouble_) trouble_->is_damaged = false;
  }
  work_.notify_one();
}

std::size_t StoreThread::stop() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  work_.notify_one();
  end_.notify_one();
  if (writer_.joinable()) writer_.join();
  if (caretaker_.joinable()) caretaker_.join();
  return waiting_.size() + batch_.size();
}

void StoreThread::run() {
  settle_thread("store", settings_.cpus);
  std::unique_lock lock{mutex_};
  Clock::time_point give_up = Clock::time_point::max();
  while (wait_for_work(lock)) {
    if (stopping_ && give_up == Clock::time_point::max())
      give_up = Clock::now() + settings_.stop_patience;
    if (rewrite_) serve_rewrite(lock);
    if (batch_.empty()) std::swap(batch_, waiting_);
    batch_size_ = batch_.size();
    if (!batch_.empty() || in_doubt_) write_batch(lock);
    if (stopping_ && Clock::now() >= give_up) return;
    if (!trouble_) {
      lock.unlock();
      prune();
      lock.lock();
    }
  }
}

/// False: stopping, and nothing is left to do.
bool StoreThread::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto has_work = [this] {
    return stopping_ || prune_goes_on_ || in_doubt_ || rewrite_ || !waiting_.empty();
  };
  if (in_doubt_)  // once more, after a while
    work_.wait_for(lock, backoff_.delay(), [this] { return rewrite_.has_value(); });
  else
    work_.wait(lock, has_work);
  return !stopping_ || rewrite_ || !batch_.empty() || !waiting_.empty();
}

void StoreThread::write_batch(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const auto started = Clock::now();
  auto written = store_.commit(batch_);
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
  counters_.commit_us += static_cast<std::uint64_t>(spent.count());
  for (const lease::Change& change : batch_) newest_event_ = std::max(newest_event_, change.at);
  lock.lock();
  report(lock, std::move(written));
}

void StoreThread::report(std::unique_lock<std::mutex>& lock, Result<void> written) {
  if (!written) {
    ++counters_.failures;
    backoff_.on_failure();
    set_trouble(Trouble{written.error(), store_.is_damaged()});
    in_doubt_ = true;
    return;
  }
  ++counters_.commits;
  counters_.changes += batch_.size();
  for (const lease::Change& change : batch_) stored_.push_back(change.ticket);
  has_stored_.store(!stored_.empty(), std::memory_order_release);
  batch_.clear();
  batch_size_ = 0;
  backoff_.on_success();
  in_doubt_ = false;
  set_trouble(std::nullopt);
  lock.unlock();
  if (settings_.on_stored) settings_.on_stored();
  lock.lock();
}

void StoreThread::set_trouble(std::optional<Trouble> trouble) {
  trouble_ = std::move(trouble);
  is_troubled_.store(trouble_.has_value(), std::memory_order_release);
}

void StoreThread::serve_rewrite(std::unique_lock<std::mutex>& lock) {
  const Rewrite rewrite = *std::exchange(rewrite_, std::nullopt);
  lock.unlock();
  auto aside = store_.rewrite(rewrite.leases, rewrite.next_id);
  lock.lock();
  if (aside) {
    ++counters_.rewrites;
    set_aside_.put(std::move(*aside));
  } else {
    ++counters_.failures;
    set_trouble(Trouble{aside.error(), true});
  }
}

/// A bounded step, now and then by the time of the events themselves: no clock of ours can be
/// wrong.
void StoreThread::prune() {
  if (settings_.history_days == 0) return;
  if (!prune_goes_on_ && newest_event_.s < pruned_at_.s + kPruneEvery_s) return;
  pruned_at_ = newest_event_;
  ++counters_.pruned_steps;
  const auto more =
      store_.prune_history({newest_event_.s - std::int64_t{settings_.history_days} * kSecondsADay});
  prune_goes_on_ = more && *more;  // a failure shows at the next commit
}

void StoreThread::take_care() {
  settle_thread("caretaker", settings_.cpus);
  std::unique_lock lock{mutex_};
  while (!end_.wait_for(lock, kCareEvery, [this] { return stopping_; })) {
    lock.unlock();
    checkpoint();
    scrub();
    lock.lock();
  }
}

/// Behind commits the log is moved into the file; when none has followed it is cut to nothing, so
/// that the file by itself holds all that an idle gateway knows.
void StoreThread::checkpoint() {
  const auto commits = counters_.commits.value();
  if (commits != std::exchange(commits_seen_, commits)) {
    log_is_empty_ = false;
    ++(store_.checkpoint() ? counters_.checkpoints : counters_.checkpoint_failures);
  } else if (!log_is_empty_) {
    const auto emptied = store_.empty_log();
    log_is_empty_ = emptied && *emptied;
    if (!emptied) ++counters_.checkpoint_failures;
  }
}

/// What it finds the writer meets as well, at a commit that is due from then on.
void StoreThread::scrub() {
  if (store_.scrub()) return;
  ++counters_.damage_found;
  const std::scoped_lock lock{mutex_};
  in_doubt_ = true;
  work_.notify_one();
}

}  // namespace portico::app
