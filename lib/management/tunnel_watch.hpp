// SPDX-License-Identifier: BSD-3-Clause
// When each tunnel's far end was heard last, told from its counters: only packets whose integrity
// was right are counted as come.
#pragma once

#include "base/time.hpp"
#include "gateway/tunnels.hpp"
#include "management/tunnel_tables.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace portico::management {

/// A far end that is sent to for so long without a word is told of.
inline constexpr Duration kUnanswered = 60s;

class TunnelWatch {
 public:
  /// Now and then: what moved since the last look moved now.
  void look(const gateway::Tunnels& tunnels, AllTunnelTables workers, Time now);

  /// None: never, or there is no such tunnel.
  [[nodiscard]] std::optional<Time> heard(std::string_view tunnel) const;
  /// It has been sent to for kUnanswered and still is, and nothing came.
  [[nodiscard]] bool is_unanswered(std::string_view tunnel, Time now) const;

 private:
  struct Seen {
    std::uint64_t in = 0, out = 0;
    std::optional<Time> heard;
    std::optional<Time> asked;  // when it was first sent to since it was heard
    std::optional<Time> sent;
  };
  std::map<std::string, Seen, std::less<>> seen_;
};

}  // namespace portico::management
