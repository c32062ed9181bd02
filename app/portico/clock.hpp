// SPDX-License-Identifier: BSD-3-Clause
// The two clocks of this machine. Everything else is handed the time.
#pragma once

#include "base/time.hpp"

#include <ctime>

namespace portico::app {

[[nodiscard]] inline Now read_clock() noexcept {
  timespec monotonic{};
  timespec wall{};
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_REALTIME, &wall);
  return {{monotonic.tv_sec * 1'000'000'000 + monotonic.tv_nsec}, {wall.tv_sec}};
}

}  // namespace portico::app
