// SPDX-License-Identifier: BSD-3-Clause
// Rows on their way to the store, in order. What the store's queue has no room for waits here: an
// ended lease must be written however busy the store is. New grants ask is_busy() first.
#pragma once

#include "gateway/world.hpp"

#include <cstdint>
#include <deque>

namespace portico::gateway {

class Journal {
 public:
  explicit Journal(World& world) : world_(world) {}

  /// The row's ticket: 1, 2, ….
  std::uint64_t write(lease::Change change) {
    change.ticket = ++tickets_;
    waiting_.push_back(std::move(change));
    pump();
    return tickets_;
  }
  /// Hands on what waits. Call once a turn.
  void pump() {
    while (!waiting_.empty() && world_.store(waiting_.front())) waiting_.pop_front();
  }
  [[nodiscard]] std::uint64_t written() const noexcept { return tickets_; }
  [[nodiscard]] bool is_busy() const noexcept { return !waiting_.empty(); }

 private:
  World& world_;
  std::deque<lease::Change> waiting_;
  std::uint64_t tickets_ = 0;
};

}  // namespace portico::gateway
