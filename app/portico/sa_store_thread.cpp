// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/sa_store_thread.hpp"

#include <utility>

namespace portico::app {

using tunnel::SaState;

SaStoreThread::SaStoreThread(tunnel::SaStore& store, Settings settings)
    : store_(store), settings_(std::move(settings)) {
  writer_ = std::thread([this] { run(); });
}

SaStoreThread::~SaStoreThread() { stop(); }

void SaStoreThread::submit(std::vector<SaState> states) {
  {
    const std::scoped_lock lock{mutex_};
    for (auto& state : states) {
      const auto name = state.name;
      waiting_.insert_or_assign(name, std::move(state));
    }
  }
  work_.notify_one();
}

std::vector<SaStoreThread::Durable> SaStoreThread::take_durable() {
  std::vector<Durable> taken;
  if (!has_durable_.load(std::memory_order_acquire)) return taken;
  const std::scoped_lock lock{mutex_};
  has_durable_.store(false, std::memory_order_relaxed);
  for (const auto& [name, number] : durable_) taken.push_back({name, number});
  durable_.clear();
  return taken;
}

std::optional<Error> SaStoreThread::trouble() const {
  if (!is_troubled_.load(std::memory_order_acquire)) return std::nullopt;
  const std::scoped_lock lock{mutex_};
  return trouble_;
}

std::size_t SaStoreThread::stop() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  work_.notify_one();
  if (writer_.joinable()) writer_.join();
  return waiting_.size();
}

void SaStoreThread::run() {
  settle_thread("sa-store", settings_.cpus);
  std::unique_lock lock{mutex_};
  auto give_up = Clock::time_point::max();
  while (wait_for_work(lock)) {
    if (stopping_ && give_up == Clock::time_point::max())
      give_up = Clock::now() + settings_.stop_patience;
    write(lock);
    if (stopping_ && Clock::now() >= give_up) return;
  }
}

/// False: stopping, and nothing is left to do.
bool SaStoreThread::wait_for_work(std::unique_lock<std::mutex>& lock) {
  if (trouble_)  // once more, after a while
    work_.wait_for(lock, backoff_.delay(), [] { return false; });
  else
    work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  return !stopping_ || !waiting_.empty();
}

void SaStoreThread::write(std::unique_lock<std::mutex>& lock) {
  std::vector<SaState> batch;
  for (auto& [name, state] : waiting_) batch.push_back(std::move(state));
  waiting_.clear();
  lock.unlock();
  const auto started = Clock::now();
  auto written = store_.commit(batch);
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
  counters_.commit_us += static_cast<std::uint64_t>(spent.count());
  lock.lock();
  if (!written) {
    on_failure(std::move(batch), written.error());
    return;
  }
  on_written(batch);
  lock.unlock();
  if (settings_.on_durable) settings_.on_durable();
  lock.lock();
}

void SaStoreThread::on_written(const std::vector<SaState>& batch) {
  ++counters_.commits;
  counters_.states += batch.size();
  for (const auto& state : batch) durable_.insert_or_assign(state.name, state.number);
  has_durable_.store(!durable_.empty(), std::memory_order_release);
  backoff_.on_success();
  set_trouble(std::nullopt);
}

/// What has come meanwhile is newer.
void SaStoreThread::on_failure(std::vector<SaState> batch, Error error) {
  ++counters_.failures;
  for (auto& state : batch) {
    const auto name = state.name;
    waiting_.try_emplace(name, std::move(state));
  }
  backoff_.on_failure();
  set_trouble(std::move(error));
}

void SaStoreThread::set_trouble(std::optional<Error> trouble) {
  trouble_ = std::move(trouble);
  is_troubled_.store(trouble_.has_value(), std::memory_order_release);
}

}  // namespace portico::app
