// SPDX-License-Identifier: BSD-3-Clause
// What a configuration costs in memory, as `--check` prints it.
#pragma once

#include "config/model.hpp"
#include "gateway/plan.hpp"

#include <string>

namespace portico::app {

[[nodiscard]] std::string costs_of(const config::Config& config, const gateway::Plan& plan);

}  // namespace portico::app
