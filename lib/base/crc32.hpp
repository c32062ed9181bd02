// SPDX-License-Identifier: BSD-3-Clause
// A checksum against what disks do by accident; no protection from anybody.
#pragma once

#include "base/endian.hpp"

#include <cstdint>

namespace portico {

/// CRC-32 of IEEE 802.3, as in Ethernet and zip.
[[nodiscard]] std::uint32_t crc32(Bytes octets) noexcept;

}  // namespace portico
