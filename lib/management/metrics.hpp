// SPDX-License-Identifier: BSD-3-Clause
// The counters of /v1/stats in the text format of Prometheus, version 0.0.4: every counter as
// portico_GROUP_NAME_total, but for drops, which are one with a label for the reason.
#pragma once

#include "management/control.hpp"

#include <string>
#include <string_view>

namespace portico::management {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

[[nodiscard]] std::string to_metrics(const Statistics& statistics, const Health& health);

}  // namespace portico::management
