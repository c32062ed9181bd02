// SPDX-License-Identifier: BSD-3-Clause
// Records of which a test says every octet but the checksum's.
#pragma once

#include "base/crc32.hpp"
#include "base/endian.hpp"

#include <cstdint>
#include <vector>

namespace portico::support {

inline std::vector<std::uint8_t> checksummed(Bytes body) {
  std::vector<std::uint8_t> record(body.begin(), body.end());
  record.resize(body.size() + 4);
  store_be(&record[body.size()], crc32(body));
  return record;
}

/// The same record, its checksum right whatever was changed.
inline std::vector<std::uint8_t> checksummed_anew(const std::vector<std::uint8_t>& record) {
  return checksummed(Bytes{record}.first(record.size() - 4));
}

}  // namespace portico::support
