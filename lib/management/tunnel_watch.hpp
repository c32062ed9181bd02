// SPDX-License-Identifier: BSD-3-Clause
// When each tunnel's far end was heard last, told from its counters: only packets whose integrity
// was right are counted as come.
#pragma once

#include "base/time.hpp"
#include "gateway/tunnels.hpp"
#include "management/tunnel_tables.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portico::management {

/// A far end that is sent to for so long without a word is told of.
inline constexpr Duration kUnanswered = 60s;

class TunnelWatch {
 public:
  /// Now and then: what moved since the last look moved now.
  void look(const gateway::Tunnels& tunnels, AllTunnelTables workers, Time now);

  /// None: never.
  [[nodiscard]] std::optional<Time> heard(const gateway::Tunnels::Entry& tunnel) const;
  /// It has been sent to for kUnanswered and still is, and nothing came.
  [[nodiscard]] bool is_unanswered(const gateway::Tunnels::Entry& tunnel, Time now) const;

 private:
  struct Seen {
    std::string tunnel;
    std::uint64_t look = 0;  // the last that it was there at
    std::uint64_t in = 0, out = 0;
    std::optional<Time> heard{};
    std::optional<Time> asked{};  // when it was first sent to since it was heard
    std::optional<Time> sent{};
  };
  /// Null: at the last look there was no such tunnel.
  [[nodiscard]] const Seen* seen(const gateway::Tunnels::Entry& tunnel) const;

  std::vector<Seen> seen_;  // by index
  std::uint64_t looks_ = 0;
};

}  // namespace portico::management
