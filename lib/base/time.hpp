// SPDX-License-Identifier: BSD-3-Clause
// Time is handed in. Time counts on a monotonic clock, WallTime on the calendar; only the lease
// store and the history keep WallTime, so that a step of the wall clock expires nothing.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace portico {

using Duration = std::chrono::nanoseconds;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A moment on the monotonic clock, in nanoseconds since an arbitrary start.
struct Time {
  std::int64_t ns = 0;

  friend constexpr auto operator<=>(Time, Time) = default;
  friend constexpr Time operator+(Time t, Duration d) noexcept { return {t.ns + d.count()}; }
  friend constexpr Time operator-(Time t, Duration d) noexcept { return {t.ns - d.count()}; }
  friend constexpr Duration operator-(Time a, Time b) noexcept { return Duration{a.ns - b.ns}; }
};

/// Seconds since 1970-01-01 00:00:00 UTC.
struct WallTime {
  std::int64_t s = 0;

  friend constexpr auto operator<=>(WallTime, WallTime) = default;
};

/// One moment on both clocks: what the control core is handed with each event.
struct Now {
  Time time;
  WallTime wall;
};

}  // namespace portico
