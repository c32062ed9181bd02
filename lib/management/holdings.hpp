// SPDX-License-Identifier: BSD-3-Clause
// What the running gateway and its workers hold, read at a quiet moment for the audit.
#pragma once

#include "gateway/gateway.hpp"
#include "management/audit.hpp"
#include "nappt/bindings.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace portico::management {

struct Holdings {
  std::vector<Allocation> allocations;
  std::vector<PublishedBinding> published;
  std::vector<std::vector<nappt::Binding>> tables;  ///< one a worker
  /// Ranges that the allocator has as taken, less those that somebody holds.
  std::int64_t ranges_too_many = 0;
  std::uint64_t changes = 0;  ///< rows handed to the store so far
};

/// On the control core. Nothing: a change is under way, look again later.
[[nodiscard]] std::optional<Holdings> read_holdings(
    gateway::Gateway& gateway, std::span<const nappt::Bindings* const> workers);

/// The audit of these holdings and what the store has on disk at the same moment.
[[nodiscard]] std::vector<Difference> audit(std::span<const lease::Lease> stored,
                                            const Holdings& holdings);

}  // namespace portico::management
