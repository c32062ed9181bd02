// SPDX-License-Identifier: BSD-3-Clause
// A tunnel as tables and packets name it.
#pragma once

#include <cstdint>

namespace portico {

/// Place in every worker's table of tunnels. Control gives them out; 0 is never used.
using TunnelIndex = std::uint32_t;
inline constexpr TunnelIndex kNoTunnel = 0;

}  // namespace portico
