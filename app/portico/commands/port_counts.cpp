// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/port_counts.hpp"

namespace portico::commands {
namespace {

using management::PortRow;
using management::PortStats;

PortStats minus(const PortStats& a, const PortStats& b) noexcept {
  return {a.packets_in - b.packets_in, a.octets_in - b.octets_in,  a.packets_out - b.packets_out,
          a.octets_out - b.octets_out, a.missed - b.missed,        a.no_buffer - b.no_buffer,
          a.errors_in - b.errors_in,   a.errors_out - b.errors_out};
}

}  // namespace

void PortCounts::clear(const PortRow& port) {
  const std::lock_guard lock(mutex_);
  cleared_[port.name] = port.stats;
}

PortStats PortCounts::since(const PortRow& port) const {
  const std::lock_guard lock(mutex_);
  const auto found = cleared_.find(port.name);
  return found == cleared_.end() ? port.stats : minus(port.stats, found->second);
}

}  // namespace portico::commands
