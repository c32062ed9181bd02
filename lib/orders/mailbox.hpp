// SPDX-License-Identifier: BSD-3-Clause
// Orders on their way to one worker, and the number of those that it has carried out.
#pragma once

#include "base/spsc_ring.hpp"
#include "orders/order.hpp"

#include <atomic>
#include <cstdint>

namespace portico::orders {

class Mailbox {
 public:
  explicit Mailbox(std::size_t capacity) : ring_(capacity) {}

  /// Control only. The order's number (1, 2, …), or 0 if the mailbox is full: try again next turn.
  [[nodiscard]] std::uint64_t post(const Order& order) noexcept {
    return ring_.push(order) ? ++posted_ : 0;
  }
  /// Control only: the number of the last order posted.
  [[nodiscard]] std::uint64_t posted() const noexcept { return posted_; }

  /// The worker only: carries out at most `most` waiting orders, then publishes how far it is.
  template <class Apply>
  void serve(std::size_t most, Apply&& apply) noexcept {
    Order order;
    std::uint64_t done = 0;
    for (; done < most && ring_.pop(order); ++done) apply(order);
    if (done > 0)
      applied_.store(applied_.load(std::memory_order_relaxed) + done, std::memory_order_release);
  }
  /// Any thread: every order up to this number has been carried out.
  [[nodiscard]] std::uint64_t applied() const noexcept {
    return applied_.load(std::memory_order_acquire);
  }

 private:
  SpscRing<Order> ring_;
  std::uint64_t posted_ = 0;               // control's own
  std::atomic<std::uint64_t> applied_{0};  // written by the worker, read by control
};

}  // namespace portico::orders
