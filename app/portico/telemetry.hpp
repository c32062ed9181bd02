// SPDX-License-Identifier: BSD-3-Clause
// The counters on DPDK's telemetry socket: /portico/health, /portico/drops, and /portico/stats with
// the name of a group as its parameter.
#pragma once

#include "base/result.hpp"
#include "management/control.hpp"

namespace portico::app {

/// Answers for as long as this object lives; at most one at a time.
class Telemetry {
 public:
  [[nodiscard]] static Result<void> serve(management::Control& control);
  /// Questions after this are answered with nothing. Waits for one that is being answered.
  static void stop();
};

}  // namespace portico::app
