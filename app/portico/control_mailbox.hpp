// SPDX-License-Identifier: BSD-3-Clause
// Questions that management's threads put to the control core. The control core answers them
// between its turns; a question nobody answers in time is an error, never a wait without end.
#pragma once

#include "base/result.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

namespace portico::app {

class ControlMailbox {
 public:
  static constexpr std::chrono::seconds kPatience{3};
  static constexpr std::size_t kMostWaiting = 64;

  /// Management's threads: runs `question()` on the control core and returns what it returned.
  template <class F>
  [[nodiscard]] auto ask(F question) -> Result<decltype(question())> {
    using Answer = decltype(question());
    auto task = std::make_shared<std::packaged_task<Answer()>>(std::move(question));
    auto answer = task->get_future();
    if (!post([task] { (*task)(); })) return fail("the control core has too many questions");
    if (answer.wait_for(kPatience) != std::future_status::ready)
      return fail("the control core does not answer");
    return answer.get();
  }

  /// The control core: answers what waits. True if there was anything.
  bool answer_all() {
    if (!any_.load(std::memory_order_acquire)) return false;
    std::deque<std::function<void()>> questions;
    {
      const std::lock_guard lock(mutex_);
      questions.swap(questions_);
      any_.store(false, std::memory_order_relaxed);
    }
    for (auto& question : questions) question();
    return true;
  }

 private:
  [[nodiscard]] bool post(std::function<void()> question) {
    const std::lock_guard lock(mutex_);
    if (questions_.size() >= kMostWaiting) return false;
    questions_.push_back(std::move(question));
    any_.store(true, std::memory_order_release);
    return true;
  }

  std::mutex mutex_;  // guards questions_
  std::deque<std::function<void()>> questions_;
  std::atomic<bool> any_{false};  // so that the control core need not lock to see that none waits
};

}  // namespace portico::app
