// SPDX-License-Identifier: BSD-3-Clause
// What the options mean together. Each problem is a sentence with the JSON pointer of the key to
// change; none: the gateway can be built from it.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"

#include <vector>

namespace portico::config {

/// Pure: looks at nothing but `config`.
[[nodiscard]] std::vector<Error> validate(const Config& config);

/// Looks at the machine: folders and files that must exist before anything is started.
[[nodiscard]] std::vector<Error> check_files(const Config& config);

}  // namespace portico::config
