// SPDX-License-Identifier: BSD-3-Clause
#include "stats/json.hpp"

#include <nlohmann/json.hpp>

namespace portico::stats {

std::string to_json(std::span<const GroupReading> groups) {
  auto out = nlohmann::ordered_json::object();
  for (const auto& group : groups) {
    auto& fields = out[group.name] = nlohmann::ordered_json::object();
    for (const auto& field : group.fields) fields[field.name] = field.value;
  }
  return out.dump();
}

}  // namespace portico::stats
