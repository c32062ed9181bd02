// SPDX-License-Identifier: BSD-3-Clause
// Wall time as the store and the history may believe it: it never runs backwards.
#pragma once

#include "base/time.hpp"
#include "lease/lease.hpp"

#include <algorithm>

namespace portico::gateway {

[[nodiscard]] inline WallTime later(WallTime t, Duration d) noexcept {
  return {t.s + std::chrono::duration_cast<std::chrono::seconds>(d).count()};
}

/// No sooner than that, whatever fraction of a second WallTime leaves out.
[[nodiscard]] inline WallTime surely_later(WallTime t, Duration d) noexcept {
  return later(t, d + 1s);
}

/// How long until then, within what a lease can last.
[[nodiscard]] inline std::chrono::seconds time_left(WallTime until, WallTime wall) noexcept {
  if (until <= wall) return 0s;
  return std::chrono::seconds{std::min<std::int64_t>(until.s - wall.s, lease::kInfinite)};
}

class Calendar {
 public:
  /// `newest`: of the events in the store; a clock that shows less is wrong.
  explicit Calendar(WallTime newest) noexcept : newest_(newest) {}

  /// The clock's time, or that of the newest event while the clock is behind it.
  [[nodiscard]] WallTime read(WallTime clock) noexcept {
    behind_ = clock.s + kTolerance_s < newest_.s;
    newest_ = std::max(newest_, clock);
    return newest_;
  }
  /// The clock showed less than the newest event when it was read last.
  [[nodiscard]] bool clock_is_behind() const noexcept { return behind_; }

 private:
  static constexpr std::int64_t kTolerance_s = 5;  // what a disciplined clock may be stepped by
  WallTime newest_;
  bool behind_ = false;
};

}  // namespace portico::gateway
