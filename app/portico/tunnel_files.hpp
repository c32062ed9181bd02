// SPDX-License-Identifier: BSD-3-Clause
// The tunnels' files as they are now: at start, for --check, and again at every reload.
#pragma once

#include "config/model.hpp"
#include "config/tunnels.hpp"

namespace portico::app {

/// Empty where the configuration has no tunnels.
[[nodiscard]] config::Tunnels load_tunnels(const config::Config& config);

}  // namespace portico::app
