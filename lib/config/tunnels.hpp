// SPDX-License-Identifier: BSD-3-Clause
// The tunnels' two files together, as this end of them has to do with it.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "config/tunnel_blocks.hpp"
#include "ports/port_span.hpp"
#include "tunnel/record.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace portico::config {

/// May be used only if `errors` is empty.
struct Tunnels {
  std::vector<tunnel::Record> records;  ///< that end at our WAN address, in the file's order
  std::vector<tunnel::KeySet> keys;     ///< of each record; empty where it has none
  std::size_t others = 0;               ///< records that end elsewhere
  TunnelBlocks blocks;                  ///< behind which of `records` a port is
  /// By place in pools.public: ports that no phone may have, besides those that are reserved, since
  /// they are behind no tunnel, or ranges would be behind two. Of a direct pool none.
  std::vector<std::vector<ports::PortSpan>> outside;
  std::vector<Error> errors;  ///< each with file and line, or a JSON pointer of the configuration
};

/// `records` and `keys`: what stands in tunnel.file and tunnel.keys. Pure. `config` has no errors.
[[nodiscard]] Tunnels read_tunnels(const Config& config, std::string_view records,
                                   std::string_view keys);

}  // namespace portico::config
