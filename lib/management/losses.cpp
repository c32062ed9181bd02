// SPDX-License-Identifier: BSD-3-Clause
#include "management/losses.hpp"

#include "stats/drops.hpp"

namespace portico::management {
namespace {

void add(stats::GroupReading& drops, stats::Drop reason, std::uint64_t lost) {
  for (auto& field : drops.fields)
    if (field.name == stats::text_of(reason).name) field.value += lost;
}

}  // namespace

void count_losses_as_drops(Statistics& statistics) {
  for (auto& group : statistics.groups) {
    if (group.name != "drops") continue;
    for (const auto& port : statistics.ports) {
      add(group, stats::Drop::RxMissed, port.stats.missed);
      add(group, stats::Drop::NoMbuf, port.stats.no_buffer);
    }
  }
}

}  // namespace portico::management
