// SPDX-License-Identifier: BSD-3-Clause
// `clear port stats` without touching a counter: what is cleared is only where this command line
// begins to count. The JSON pages go on counting from the start.
#pragma once

#include "management/control.hpp"

#include <map>
#include <mutex>
#include <string>

namespace portico::commands {

class PortCounts {
 public:
  /// From now on since() counts from these values.
  void clear(const management::PortRow& port);
  /// The port's counts since it was last cleared.
  [[nodiscard]] management::PortStats since(const management::PortRow& port) const;

 private:
  mutable std::mutex mutex_;  // commands come by the terminal and by the socket
  std::map<std::string, management::PortStats> cleared_;
};

}  // namespace portico::commands
