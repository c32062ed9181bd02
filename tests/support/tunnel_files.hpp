// SPDX-License-Identifier: BSD-3-Clause
// What both ends of a test's tunnels read in their files.
#pragma once

#include "gateway/tunnels.hpp"
#include "support/tunnel_keys.hpp"

#include <vector>

namespace portico::support {

inline gateway::TunnelFiles files_of(const std::vector<tunnel::Record>& records) {
  gateway::TunnelFiles files{.records = records, .keys = {}};
  for (const auto& record : records)
    if (record.encapsulation == tunnel::Encapsulation::Esp) files.keys.push_back(key_set(record));
  return files;
}

}  // namespace portico::support
