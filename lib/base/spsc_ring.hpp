// SPDX-License-Identifier: BSD-3-Clause
// A bounded ring between exactly one producer thread and one consumer thread. Each index has one
// writer; each side keeps a copy of the other's, so that a push or pop usually touches one line.
#pragma once

#include "base/expects.hpp"

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace portico {

inline constexpr std::size_t kCacheLine = 64;

template <class T>
class SpscRing {
 public:
  /// `capacity`: a power of two; that many values fit.
  explicit SpscRing(std::size_t capacity)
      : mask_(capacity - 1), slots_(std::make_unique<T[]>(capacity)) {
    expects(std::has_single_bit(capacity), "the capacity of a ring is a power of two");
  }
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

  /// Producer only. False: full, `value` is left as it was.
  [[nodiscard]] bool push(T&& value) noexcept {
    const auto tail = tail_.load(std::memory_order_relaxed);
    if (tail - known_head_ > mask_) {
      known_head_ = head_.load(std::memory_order_acquire);
      if (tail - known_head_ > mask_) return false;
    }
    slots_[tail & mask_] = std::move(value);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  [[nodiscard]] bool push(const T& value) noexcept { return push(T{value}); }

  /// Consumer only. False: empty.
  [[nodiscard]] bool pop(T& value) noexcept {
    const auto head = head_.load(std::memory_order_relaxed);
    if (head == known_tail_) {
      known_tail_ = tail_.load(std::memory_order_acquire);
      if (head == known_tail_) return false;
    }
    value = std::move(slots_[head & mask_]);
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  /// How many wait; exact only on a side that stands still.
  [[nodiscard]] std::size_t size() const noexcept {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }

 private:
  const std::size_t mask_;
  const std::unique_ptr<T[]> slots_;
  alignas(kCacheLine) std::atomic<std::size_t> head_{0};  // written by the consumer
  std::size_t known_tail_ = 0;                            // the consumer's copy
  alignas(kCacheLine) std::atomic<std::size_t> tail_{0};  // written by the producer
  std::size_t known_head_ = 0;                            // the producer's copy
};

}  // namespace portico
