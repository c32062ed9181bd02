// SPDX-License-Identifier: BSD-3-Clause
// Who is due next: a binary heap in which every id stands at most once and knows its place, so that
// a deadline moved with every acknowledgement leaves nothing behind.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace portico::tftp {

class Deadlines {
 public:
  /// For ids 0 to `ids` - 1. Nothing is allocated later.
  explicit Deadlines(std::uint32_t ids);

  /// Sets or moves the deadline of `id`.
  void set(std::uint32_t id, Time deadline) noexcept;
  void remove(std::uint32_t id) noexcept;
  [[nodiscard]] std::optional<Time> next() const noexcept;
  /// The earliest id whose deadline is not after `now`; it stays until set or removed.
  [[nodiscard]] std::optional<std::uint32_t> due(Time now) const noexcept;

 private:
  struct Entry {
    Time deadline;
    std::uint32_t id = 0;
  };
  static constexpr std::uint32_t kNowhere = 0xffffffff;

  void place(std::uint32_t at, Entry entry) noexcept;
  void sift_up(std::uint32_t at, Entry entry) noexcept;
  void sift_down(std::uint32_t at, Entry entry) noexcept;
  void settle(std::uint32_t at, Entry entry) noexcept;

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> places_;  ///< by id: its index in heap_
};

}  // namespace portico::tftp
