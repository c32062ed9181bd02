// SPDX-License-Identifier: BSD-3-Clause
// An SaStore in memory, which fails when told to. May be told from another thread.
#pragma once

#include "tunnel/store.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace portico::fake {

class MemorySaStore final : public tunnel::SaStore {
 public:
  /// From now on nothing is written.
  void break_with(Error error) {
    const std::scoped_lock lock{mutex_};
    error_ = std::move(error);
  }
  void mend() {
    const std::scoped_lock lock{mutex_};
    error_.reset();
  }
  /// Called while a commit is under way; to be set before any is.
  std::function<void()> meanwhile = [] {};
  [[nodiscard]] std::map<tunnel::SaName, tunnel::SaState> states() const {
    const std::scoped_lock lock{mutex_};
    return states_;
  }
  /// Attempts that failed.
  [[nodiscard]] std::size_t failures() const {
    const std::scoped_lock lock{mutex_};
    return failures_;
  }

  [[nodiscard]] Result<tunnel::LoadedSas> load(const std::set<std::string>&) override {
    const std::scoped_lock lock{mutex_};
    tunnel::LoadedSas loaded;
    for (const auto& [name, state] : states_) loaded.states.push_back(state);
    return loaded;
  }
  [[nodiscard]] Result<void> commit(std::span<const tunnel::SaState> batch) override {
    meanwhile();
    const std::scoped_lock lock{mutex_};
    if (error_) {
      ++failures_;
      return fail(*error_);
    }
    for (const auto& state : batch) states_.insert_or_assign(state.name, state);
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::map<tunnel::SaName, tunnel::SaState> states_;
  std::optional<Error> error_;
  std::size_t failures_ = 0;
};

}  // namespace portico::fake
