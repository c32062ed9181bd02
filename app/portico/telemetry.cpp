// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/telemetry.hpp"

#include <rte_telemetry.h>

#include <mutex>
#include <string>
#include <string_view>

namespace portico::app {
namespace {

// DPDK calls back without a context, on a thread of its own, and cannot unregister a command.
std::mutex guard;
management::Control* answering = nullptr;  // guarded by `guard`

constexpr int kNoAnswer = -1;

int add_group(const management::Statistics& statistics, std::string_view name, rte_tel_data* data) {
  for (const auto& group : statistics.groups) {
    if (group.name != name) continue;
    rte_tel_data_start_dict(data);
    for (const auto& field : group.fields)
      if (rte_tel_data_add_dict_u64(data, std::string{field.name}.c_str(), field.value) != 0)
        return kNoAnswer;
    return 0;
  }
  return kNoAnswer;
}

int answer_group(std::string_view name, rte_tel_data* data) {
  const std::lock_guard lock(guard);
  if (!answering) return kNoAnswer;
  const auto statistics = answering->statistics(management::Moment::Running);
  return statistics ? add_group(*statistics, name, data) : kNoAnswer;
}

int drops(const char*, const char*, rte_tel_data* data) { return answer_group("drops", data); }

int group(const char*, const char* name, rte_tel_data* data) {
  return name ? answer_group(name, data) : kNoAnswer;
}

int health(const char*, const char*, rte_tel_data* data) {
  const std::lock_guard lock(guard);
  if (!answering) return kNoAnswer;
  auto health = answering->health();
  if (!health) health = management::Health{{to_string(health.error())}};
  rte_tel_data_start_array(data, RTE_TEL_STRING_VAL);
  for (const auto& reason : health->reasons)
    if (rte_tel_data_add_array_string(data, reason.c_str()) != 0) return kNoAnswer;
  return 0;
}

}  // namespace

Result<void> Telemetry::serve(management::Control& control) {
  {
    const std::lock_guard lock(guard);
    answering = &control;
  }
  static const bool registered =
      rte_telemetry_register_cmd("/portico/health", health,
                                 "Reasons why the appliance is not healthy. No parameters") == 0 &&
      rte_telemetry_register_cmd("/portico/drops", drops,
                                 "Dropped packets by reason. No parameters") == 0 &&
      rte_telemetry_register_cmd("/portico/stats", group,
                                 "Counters of a group. Parameter: the group's name") == 0;
  if (!registered) return fail("DPDK's telemetry takes no commands");
  return {};
}

void Telemetry::stop() {
  const std::lock_guard lock(guard);
  answering = nullptr;
}

}  // namespace portico::app
