// SPDX-License-Identifier: BSD-3-Clause
// What a reload of the tunnels' files may not change while they run. Each file is right by itself;
// here it is held against what is in use.
#pragma once

#include "base/result.hpp"
#include "gateway/tunnels.hpp"

#include <span>
#include <vector>

namespace portico::gateway {

/// `pools`: of a gateway, the addresses that phones get behind tunnels: which ports of them are
/// behind which tunnel is fixed, for leases count on it. Every objection with its tunnel; none:
/// Tunnels::take() may have them.
[[nodiscard]] std::vector<Error> objections_to(const TunnelFiles& files, const Tunnels& running,
                                               std::span<const Prefix> pools);

}  // namespace portico::gateway
