// SPDX-License-Identifier: BSD-3-Clause
#include "stats/registry.hpp"

#include <algorithm>

namespace portico::stats {
namespace {

template <class Named>
Named& find_or_append(std::vector<Named>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Named& candidate) { return candidate.name == name; });
  if (found != list.end()) return *found;
  auto& added = list.emplace_back();
  added.name = name;
  return added;
}

}  // namespace

void Registry::add(std::string_view group, std::string_view name, std::string_view help,
                   const Counter& counter) {
  auto& source = find_or_append(find_or_append(groups_, group).fields, name);
  source.help = help;
  source.counters.push_back(&counter);
}

std::vector<GroupReading> Registry::read() const {
  std::vector<GroupReading> groups;
  groups.reserve(groups_.size());
  for (const auto& group : groups_) {
    auto& reading = groups.emplace_back(GroupReading{group.name, {}});
    reading.fields.reserve(group.fields.size());
    for (const auto& source : group.fields) {
      std::uint64_t sum = 0;
      for (const auto* counter : source.counters) sum += counter->value();
      reading.fields.push_back({source.name, source.help, sum});
    }
  }
  return groups;
}

}  // namespace portico::stats
