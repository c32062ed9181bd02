// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "concentrator/blocks.hpp"
#include "tunnel/tunnels.hpp"

#include <span>

namespace portico::management {

/// What one worker knows of tunnels. Control reads the counters at any time, and the rest while no
/// order is under way.
struct TunnelTables {
  const tunnel::Tunnels* tunnels;
  const concentrator::Blocks* blocks;
};
using AllTunnelTables = std::span<const TunnelTables>;  // by worker

}  // namespace portico::management
