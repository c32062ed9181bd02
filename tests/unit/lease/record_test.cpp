// SPDX-License-Identifier: BSD-3-Clause
#include "lease/record.hpp"

#include "base/crc32.hpp"
#include "support/checksummed.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

using namespace portico;
using namespace portico::lease;
using support::checksummed_anew;

namespace {

Lease example() {
  return {.id = 0x1'0000'0007,
          .client = std::string("\1\0x", 3),
          .mac = "00:1b:2c:00:00:01"_mac,
          .class_name = "desk",
          .vendor_class = "ACME-SIP-T46",
          .private_address = "10.20.0.7"_ip,
          .public_address = "203.0.113.7"_ip,
          .tunnel_address = "198.51.100.7"_ip,
          .range = {24000, 64},
          .relay = "10.20.0.1"_ip,
          .state = State::Quarantined,
          .granted = {1'700'000'000},
          .until = {-1},
          .lease_s = 3600,
          .epoch = 99};
}

}  // namespace

TEST_CASE("the checksum is the CRC-32 of IEEE 802.3", "[lease]") {
  const auto checksum_of = [](std::string_view text) {
    return crc32(std::vector<std::uint8_t>(text.begin(), text.end()));
  };
  CHECK(checksum_of("") == 0);
  CHECK(checksum_of("123456789") == 0xcbf43926);
  CHECK(checksum_of("The quick brown fox jumps over the lazy dog") == 0x414fa339);
}

TEST_CASE("a lease is read back as it was written", "[lease][P7]") {
  CHECK(decode(encode(example())) == example());
  CHECK(decode(encode({})) == Lease{});
}

TEST_CASE("a record of which a single bit changed is not a lease", "[lease][P7]") {
  const auto record = encode(example());
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < 8 * record.size(); ++bit) {
    auto damaged = record;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    accepted += decode(damaged).has_value();
  }
  CHECK(accepted == 0);
}

TEST_CASE("a record that is cut off or goes on is not a lease", "[lease]") {
  const auto record = encode(example());
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < record.size(); ++size) {
    // Of exact size, so that a read too far is seen; right checksum, so that it is tried.
    std::vector<std::uint8_t> cut(record.begin(),
                                  record.begin() + static_cast<std::ptrdiff_t>(size));
    accepted += decode(cut).has_value();
    if (size >= 4) accepted += decode(checksummed_anew(cut)).has_value();
  }
  auto longer = record;
  longer.push_back(0);
  accepted += decode(checksummed_anew(longer)).has_value();
  CHECK(accepted == 0);
}

TEST_CASE("a record that makes no sense is not a lease, its checksum right or not", "[lease]") {
  Lease lease = example();
  lease.range = {24001, 64};
  CHECK_FALSE(decode(encode(lease)));
  lease = example();
  lease.state = static_cast<State>(4);
  CHECK_FALSE(decode(encode(lease)));
  auto other_version = encode(example());
  other_version[0] = 2;
  CHECK_FALSE(decode(checksummed_anew(other_version)));
}
