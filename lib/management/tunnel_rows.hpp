// SPDX-License-Identifier: BSD-3-Clause
// What operators are told of tunnels, read on the control core.
#pragma once

#include "gateway/tunnels.hpp"
#include "management/control.hpp"
#include "management/tunnel_tables.hpp"
#include "management/tunnel_watch.hpp"

#include <optional>

namespace portico::management {

/// All that there is to look at.
struct TunnelSight {
  const gateway::Tunnels& tunnels;
  AllTunnelTables workers;
  const TunnelWatch& watch;
};

[[nodiscard]] TunnelRow row_of(const gateway::Tunnels::Entry& entry, const TunnelSight& sight,
                               Time now);

/// What all tunnels counted, those that are no more included.
[[nodiscard]] stats::GroupReading tunnel_totals(AllTunnelTables workers);

/// What stops their traffic, and what is to be mended. `trouble`: why the store of SAs does not
/// write.
void add_tunnel_health(const TunnelSight& sight, const std::optional<Error>& trouble, Time now,
                       Health& health);

}  // namespace portico::management
