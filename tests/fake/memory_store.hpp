// SPDX-License-Identifier: BSD-3-Clause
// A LeaseStore in memory, which fails when told to. May be told from another thread.
#pragma once

#include "lease/store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace portico::fake {

class MemoryStore final : public lease::LeaseStore {
 public:
  /// From now on nothing is written.
  void break_with(Error error, bool is_damaged = false) {
    const std::scoped_lock lock{mutex_};
    error_ = std::move(error);
    is_damaged_ = is_damaged;
  }
  /// The next so many commits write nothing.
  void break_for(std::size_t commits) {
    const std::scoped_lock lock{mutex_};
    failing_ = commits;
  }
  void mend() {
    const std::scoped_lock lock{mutex_};
    error_.reset();
    is_damaged_ = false;
  }
  [[nodiscard]] std::map<std::uint64_t, lease::Lease> leases() const {
    const std::scoped_lock lock{mutex_};
    return leases_;
  }
  /// As after a salvage, or as it was stored since.
  void set_recovery(WallTime until) {
    const std::scoped_lock lock{mutex_};
    recovery_until_ = until;
  }
  [[nodiscard]] WallTime recovery_until() const {
    const std::scoped_lock lock{mutex_};
    return recovery_until_;
  }
  [[nodiscard]] std::size_t commits() const {
    const std::scoped_lock lock{mutex_};
    return commits_;
  }

  [[nodiscard]] Result<lease::Loaded> load() override {
    const std::scoped_lock lock{mutex_};
    lease::Loaded loaded;
    loaded.next_id = next_id_;
    loaded.newest_event = newest_event_;
    loaded.recovery_until = recovery_until_;
    for (const auto& [id, lease] : leases_) loaded.leases.push_back(lease);
    return loaded;
  }

  [[nodiscard]] Result<void> commit(std::span<const lease::Change> batch) override {
    const std::scoped_lock lock{mutex_};
    if (error_) return fail(*error_);
    if (failing_ > 0) {
      --failing_;
      return fail("broken for a while");
    }
    for (const lease::Change& change : batch) write(change);
    ++commits_;
    return {};
  }

  [[nodiscard]] bool is_damaged() const noexcept override {
    const std::scoped_lock lock{mutex_};
    return is_damaged_;
  }

  [[nodiscard]] Result<std::string> rewrite(std::span<const lease::Lease> leases,
                                            std::uint64_t next_id) override {
    const std::scoped_lock lock{mutex_};
    leases_.clear();
    for (const lease::Lease& lease : leases) leases_[lease.id] = lease;
    next_id_ = next_id;
    error_.reset();
    is_damaged_ = false;
    return "memory.damaged-1";
  }

  [[nodiscard]] Result<void> checkpoint() override { return {}; }
  [[nodiscard]] Result<bool> empty_log() override { return true; }

  [[nodiscard]] Result<void> scrub() override {
    const std::scoped_lock lock{mutex_};
    if (error_ && is_damaged_) return fail(*error_);
    return {};
  }

  [[nodiscard]] Result<bool> prune_history(WallTime before) override {
    const std::scoped_lock lock{mutex_};
    std::erase_if(history_, [before](const lease::HistoryRecord& r) { return r.at < before; });
    return false;
  }

  [[nodiscard]] Result<std::vector<lease::Lease>> rows() override {
    std::vector<lease::Lease> rows;
    for (const auto& [id, lease] : leases()) rows.push_back(lease);
    return rows;
  }

  [[nodiscard]] Result<std::vector<lease::HistoryRecord>> history(
      const lease::HistoryQuery& query) override {
    const std::scoped_lock lock{mutex_};
    std::vector<lease::HistoryRecord> holding;
    for (const lease::HistoryRecord& record : history_) {
      const bool is_asked = (record.lease.public_address == query.public_address ||
                             record.lease.tunnel_address == query.public_address) &&
                            record.lease.range.contains(query.port);
      if (!is_asked) continue;
      const bool is_grant = record.event == lease::Event::Granted;
      if (record.at <= query.at) {
        holding.clear();
        if (is_grant) holding.push_back(record);
      } else if (!holding.empty()) {
        holding.push_back(record);
        if (!is_grant) break;
      }
    }
    return holding;
  }

 private:
  void write(const lease::Change& change) {
    const lease::Lease& lease = change.lease;
    next_id_ = std::max(next_id_, lease.id + 1);
    newest_event_ = std::max(newest_event_, change.at);
    if (change.event == lease::Event::RecoverySet) {
      recovery_until_ = change.recovery_until;
      return;
    }
    if (lease::is_history(change.event))
      history_.push_back({change.event, change.at, lease, change.usage});
    const auto found = leases_.find(lease.id);
    if (found != leases_.end() && found->second.epoch > lease.epoch) return;
    if (change.event == lease::Event::Forgotten)
      leases_.erase(lease.id);
    else
      leases_[lease.id] = lease;
  }

  mutable std::mutex mutex_;
  std::map<std::uint64_t, lease::Lease> leases_;
  std::vector<lease::HistoryRecord> history_;
  std::optional<Error> error_;
  std::size_t failing_ = 0;
  bool is_damaged_ = false;
  std::uint64_t next_id_ = 1;
  WallTime newest_event_;
  WallTime recovery_until_;
  std::size_t commits_ = 0;
};

}  // namespace portico::fake
