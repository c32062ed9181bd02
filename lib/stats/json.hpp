// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "stats/registry.hpp"

#include <span>
#include <string>

namespace portico::stats {

/// {"group": {"counter": 1, …}, …}. Counters are whole numbers up to 2^64 - 1: a reader must not
/// take them for doubles (RFC 8259 section 6).
[[nodiscard]] std::string to_json(std::span<const GroupReading> groups);

}  // namespace portico::stats
