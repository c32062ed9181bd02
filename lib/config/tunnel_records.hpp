// SPDX-License-Identifier: BSD-3-Clause
// The tunnels' records: what each line says by itself. What they mean together and here:
// tunnels.hpp.
#pragma once

#include "config/file_problems.hpp"
#include "config/load.hpp"
#include "tunnel/record.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace portico::config {

struct PlacedRecord {
  tunnel::Record record;
  std::size_t line = 0;
};

/// Those without problems, in the file's order.
[[nodiscard]] std::vector<PlacedRecord> read_records(std::string_view text, FileProblems& problems);

/// The keys of a record, as all_keys().
[[nodiscard]] std::vector<Key> record_keys();

}  // namespace portico::config
