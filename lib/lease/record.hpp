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

inline constexpr std::size_t kMaxText = 65535;  ///< octets of each text of a lease

/// CRC-32 of IEEE 802.3, as in Ethernet and zip.
[[nodiscard]] std::uint32_t crc32(Bytes octets) noexcept;

/// Version, fixed fields, the three texts each behind its length, CRC-32; numbers in network order.
/// Texts longer than kMaxText are a bug of the caller's.
[[nodiscard]] std::vector<std::uint8_t> encode(const Lease& lease);
/// Nothing unless `record` is exactly what encode() makes of some lease with a valid range.
[[nodiscard]] std::optional<Lease> decode(Bytes record);

}  // namespace portico::lease
