// SPDX-License-Identifier: BSD-3-Clause
// Keys of a test's tunnels.
#pragma once

#include "tunnel/cipher.hpp"
#include "tunnel/record.hpp"

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace portico::support {

/// A key for each SA of the record, which its name decides: the same at both ends, others under
/// another name.
inline tunnel::KeySet key_set(const tunnel::Record& record) {
  std::seed_seq name(record.key.begin(), record.key.end());
  std::mt19937 random{name};
  const auto secret = [&] {
    std::vector<std::uint8_t> octets(tunnel::key_material(record.algorithm));
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
    return Secret{std::move(octets)};
  };
  tunnel::KeySet keys{.name = record.key, .out = {}, .in = {}};
  for (std::uint32_t i = 0; i < record.sas; ++i) {
    keys.out.push_back(secret());
    keys.in.push_back(secret());
  }
  return keys;
}

}  // namespace portico::support
