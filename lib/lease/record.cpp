// SPDX-License-Identifier: BSD-3-Clause
#include "lease/record.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <string_view>

namespace portico::lease {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksum = 4;

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

class Writer {
 public:
  template <std::unsigned_integral T>
  void number(T value) {
    const std::size_t at = octets_.size();
    octets_.resize(at + sizeof value);
    store_be(&octets_[at], value);
  }
  void time(WallTime value) { number(static_cast<std::uint64_t>(value.s)); }
  void mac(const Mac& value) {
    octets_.insert(octets_.end(), value.octets.begin(), value.octets.end());
  }
  void text(std::string_view value) {
    expects(value.size() <= kMaxText, "a text too long for a record");
    number(static_cast<std::uint16_t>(value.size()));
    octets_.insert(octets_.end(), value.begin(), value.end());
  }
  [[nodiscard]] std::vector<std::uint8_t> with_checksum() && {
    number(crc32(octets_));
    return std::move(octets_);
  }

 private:
  std::vector<std::uint8_t> octets_;
};

/// Past the end everything reads as zero, and at_end() is false for good.
class Reader {
 public:
  explicit Reader(Bytes octets) noexcept : rest_(octets) {}

  template <std::unsigned_integral T>
  [[nodiscard]] T number() noexcept {
    const Bytes octets = take(sizeof(T));
    return octets.empty() ? T{} : load_be<T>(octets.data());
  }
  [[nodiscard]] Ipv4 address() noexcept { return {number<std::uint32_t>()}; }
  [[nodiscard]] WallTime time() noexcept {
    return {static_cast<std::int64_t>(number<std::uint64_t>())};
  }
  [[nodiscard]] Mac mac() noexcept {
    Mac value;
    std::ranges::copy(take(value.octets.size()), value.octets.begin());
    return value;
  }
  [[nodiscard]] std::string text() {
    const Bytes octets = take(number<std::uint16_t>());
    return {octets.begin(), octets.end()};
  }
  [[nodiscard]] bool at_end() const noexcept { return !overran_ && rest_.empty(); }

 private:
  [[nodiscard]] Bytes take(std::size_t size) noexcept {
    if (size > rest_.size()) {
      overran_ = true;
      rest_ = {};
      return {};
    }
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  Bytes rest_;
  bool overran_ = false;
};

Lease read_lease(Reader& reader) {
  Lease lease;
  lease.id = reader.number<std::uint64_t>();
  lease.epoch = reader.number<std::uint64_t>();
  lease.mac = reader.mac();
  lease.private_address = reader.address();
  lease.public_address = reader.address();
  lease.tunnel_address = reader.address();
  lease.relay = reader.address();
  lease.range.first = reader.number<std::uint16_t>();
  lease.range.size = reader.number<std::uint16_t>();
  lease.state = static_cast<State>(reader.number<std::uint8_t>());
  lease.granted = reader.time();
  lease.until = reader.time();
  lease.lease_s = reader.number<std::uint32_t>();
  lease.client = reader.text();
  lease.class_name = reader.text();
  lease.vendor_class = reader.text();
  return lease;
}

bool makes_sense(const Lease& lease) noexcept {
  return lease.state <= State::Remembered && (lease.range.size == 0 || lease.range.is_valid());
}

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

std::vector<std::uint8_t> encode(const Lease& lease) {
  Writer writer;
  writer.number(kVersion);
  writer.number(lease.id);
  writer.number(lease.epoch);
  writer.mac(lease.mac);
  for (const Ipv4 address :
       {lease.private_address, lease.public_address, lease.tunnel_address, lease.relay})
    writer.number(address.bits);
  writer.number(lease.range.first);
  writer.number(lease.range.size);
  writer.number(static_cast<std::uint8_t>(lease.state));
  writer.time(lease.granted);
  writer.time(lease.until);
  writer.number(lease.lease_s);
  writer.text(lease.client);
  writer.text(lease.class_name);
  writer.text(lease.vendor_class);
  return std::move(writer).with_checksum();
}

std::optional<Lease> decode(Bytes record) {
  if (record.size() < kChecksum) return std::nullopt;
  const Bytes body = record.first(record.size() - kChecksum);
  if (crc32(body) != load_be<std::uint32_t>(&record[body.size()])) return std::nullopt;
  Reader reader{body};
  if (reader.number<std::uint8_t>() != kVersion) return std::nullopt;
  const Lease lease = read_lease(reader);
  if (!reader.at_end() || !makes_sense(lease)) return std::nullopt;
  return lease;
}

}  // namespace portico::lease
