// SPDX-License-Identifier: BSD-3-Clause
// The newest of what one thread makes and another takes.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace portico::app {

template <class T>
class Fresh {
 public:
  /// Replaces what was not taken.
  void put(T value) {
    const std::scoped_lock lock{mutex_};
    value_ = std::move(value);
    any_.store(true, std::memory_order_release);
  }
  /// Once each; waits for nothing but a move.
  [[nodiscard]] std::optional<T> take() {
    if (!any_.load(std::memory_order_acquire)) return std::nullopt;
    const std::scoped_lock lock{mutex_};
    any_.store(false, std::memory_order_relaxed);
    return std::exchange(value_, std::nullopt);
  }

 private:
  std::mutex mutex_;  // guards value_
  std::optional<T> value_;
  std::atomic<bool> any_{false};  // so that a poll that finds nothing takes no lock
};

}  // namespace portico::app
