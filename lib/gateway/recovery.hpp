// SPDX-License-Identifier: BSD-3-Clause
// After leases were lost with a damaged file. Phones may live on what no row says any more, so
// nobody is given an address or ports that were not the client's before, until the longest lease
// must have run out, and its quarantine with it, or the operator accepts the loss.
#pragma once

#include "base/time.hpp"
#include "gateway/journal.hpp"
#include "gateway/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace portico::gateway {

class Recovery {
 public:
  Recovery(const Plan& plan, Duration quarantine, Journal& journal)
      : plan_(plan), quarantine_(quarantine), journal_(journal) {}

  /// At start; `until` as in lease::Loaded. What is undecided is decided, and stored: a restart
  /// does not begin it anew.
  void resume(WallTime until, WallTime wall, Time now);
  /// Unknown clients are served from now on, and after a restart. False: it was not on.
  bool end(WallTime wall);
  void turn(WallTime wall, Time now);

  [[nodiscard]] bool is_on() const noexcept { return until_.has_value(); }
  /// The seconds that it lasts yet, begun ones included; nothing: until end(), for some leases have
  /// no end. Only while it is on.
  [[nodiscard]] std::optional<std::uint64_t> left_s(Time now) const noexcept;
  /// A sentence for the operator; nothing while it is not on.
  [[nodiscard]] std::optional<std::string> reason(Time now) const;
  [[nodiscard]] std::optional<Time> next_deadline() const noexcept;

 private:
  void store(WallTime until, WallTime wall);

  const Plan& plan_;
  const Duration quarantine_;
  Journal& journal_;
  std::optional<Time> until_;  // kNever: only by end()
};

}  // namespace portico::gateway
