// SPDX-License-Identifier: BSD-3-Clause
#include "base/crc32.hpp"

#include <array>
#include <cstddef>

namespace portico {
namespace {

/// [n][octet]: what an octet does to the checksum with n more behind it. Eight are taken at a time:
/// a start on a million leases is no place for one after the other.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr CrcTables make_crc_tables() noexcept {
  constexpr std::uint32_t kPolynomial = 0xedb88320;  // IEEE 802.3 section 3.2.9, bits reversed
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][i] = crc;
  }
  for (std::size_t n = 1; n < tables.size(); ++n)
    for (std::size_t i = 0; i < 256; ++i)
      tables[n][i] = tables[n - 1][i] >> 8 ^ tables[0][tables[n - 1][i] & 0xff];
  return tables;
}
constexpr CrcTables kCrc = make_crc_tables();

}  // namespace

std::uint32_t crc32(Bytes octets) noexcept {
  std::uint32_t crc = ~std::uint32_t{0};
  for (; octets.size() >= kCrc.size(); octets = octets.subspan(kCrc.size())) {
    // The checksum so far lies over the first four, its low octet first.
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < kCrc.size(); ++i) {
      const auto over = i < sizeof crc ? crc >> 8 * i & 0xff : 0;
      next ^= kCrc[kCrc.size() - 1 - i][octets[i] ^ over];
    }
    crc = next;
  }
  for (const std::uint8_t octet : octets) crc = crc >> 8 ^ kCrc[0][(crc ^ octet) & 0xff];
  return ~crc;
}

}  // namespace portico
