// SPDX-License-Identifier: BSD-3-Clause
// Every counter that there is, of ports, workers, control and stores, as management tells them.
#pragma once

#include "app/portico/appliance.hpp"
#include "management/control.hpp"
#include "stats/registry.hpp"

#include <cstddef>

namespace portico::app {

class StatisticsReader {
 public:
  explicit StatisticsReader(Appliance& appliance);

  /// On the control core. At a turn boundary what workers count is what they copied last.
  [[nodiscard]] management::Statistics read(management::Moment moment);

 private:
  [[nodiscard]] management::PortRow port_row(Side side, management::Moment moment);
  [[nodiscard]] management::WorkerRow worker_row(std::size_t index, Time now);
  [[nodiscard]] management::Balance balance(management::Moment moment);

  Appliance& appliance_;
  Machine& machine_;
  const stats::Registry live_;      // as they are
  const stats::Registry snapshot_;  // workers' as they were when they copied them
};

}  // namespace portico::app
