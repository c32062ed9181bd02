// SPDX-License-Identifier: BSD-3-Clause
// How long to wait before what failed is tried again: twice as long each time, up to a second.
#pragma once

#include "base/time.hpp"

#include <algorithm>

namespace portico::app {

class Backoff {
 public:
  [[nodiscard]] Duration delay() const noexcept { return delay_; }
  void on_failure() noexcept { delay_ = std::clamp(2 * delay_, kFirst, kLongest); }
  void on_success() noexcept { delay_ = {}; }

 private:
  static constexpr Duration kFirst = 50ms;
  static constexpr Duration kLongest = 1s;

  Duration delay_{};
};

}  // namespace portico::app
