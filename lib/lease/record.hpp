// SPDX-License-Identifier: BSD-3-Clause
// A lease as octets: what a store keeps, with a checksum, so that a row that changed on the disk is
// never taken for a lease.
#pragma once

#include "base/endian.hpp"
#include "lease/lease.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace portico::lease {

/// Version, fixed fields, the three texts each behind its length, CRC-32; numbers in network order.
/// Texts longer than kLongestText are a bug of the caller's.
[[nodiscard]] std::vector<std::uint8_t> encode(const Lease& lease);
/// Nothing unless `record` is exactly what encode() makes of some lease with a valid range.
[[nodiscard]] std::optional<Lease> decode(Bytes record);

}  // namespace portico::lease
