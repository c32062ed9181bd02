// SPDX-License-Identifier: BSD-3-Clause
// Which tunnel a port of a provider's address is behind.
#pragma once

#include "base/addresses.hpp"
#include "base/port_range.hpp"
#include "base/result.hpp"
#include "ports/port_span.hpp"
#include "tunnel/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace portico::config {

class TunnelBlocks {
 public:
  /// Ports of one address behind one tunnel, which is named by its place among the records.
  struct Run {
    Ipv4 address;
    ports::PortSpan ports;
    std::size_t tunnel = 0;
  };

  TunnelBlocks() = default;
  /// Of records whose blocks do not overlap.
  explicit TunnelBlocks(std::span<const tunnel::Record> records);

  /// The tunnel that all of these ports are behind; none: they are not behind the same.
  [[nodiscard]] std::optional<std::size_t> tunnel_of(Ipv4 address, PortRange range) const noexcept;

  /// Of one address, by port.
  [[nodiscard]] std::span<const Run> runs_of(Ipv4 address) const noexcept;

 private:
  std::vector<Run> runs_;  ///< by address and port; neighbours of one tunnel are one
};

/// The ports that no range of up to `widest` ports may touch, so that each range lies behind one
/// tunnel: the same for every address of the pool, or an error says which one differs.
[[nodiscard]] Result<std::vector<ports::PortSpan>> ports_outside(const TunnelBlocks& blocks,
                                                                 Prefix pool, std::uint32_t widest);

}  // namespace portico::config
