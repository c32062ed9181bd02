// SPDX-License-Identifier: BSD-3-Clause
// Control's tunnels beside every worker's tables: where packets go, by which SA, what is taken in
// from the far end, and at a concentrator whose each block is.
#pragma once

#include "gateway/publisher.hpp"
#include "gateway/tunnels.hpp"
#include "management/audit.hpp"
#include "management/tunnel_tables.hpp"

#include <optional>
#include <vector>

namespace portico::management {

/// On the control core. Nothing: an order is under way, look again later.
[[nodiscard]] std::optional<std::vector<Difference>> audit_tunnels(
    const gateway::Tunnels& tunnels, const gateway::Publisher& publisher, AllTunnelTables workers);

/// The same at any moment: what is under way is a difference.
[[nodiscard]] std::vector<Difference> compare_tunnels(const gateway::Tunnels& tunnels,
                                                      AllTunnelTables workers);

}  // namespace portico::management
