// SPDX-License-Identifier: BSD-3-Clause
// What the records of this end mean together, and beside its configuration.
#pragma once

#include "config/file_problems.hpp"
#include "config/model.hpp"
#include "config/tunnel_records.hpp"

#include <span>

namespace portico::config {

void check_records(const Config& config, std::span<const PlacedRecord> ours,
                   FileProblems& problems);

}  // namespace portico::config
