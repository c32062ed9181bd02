// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/lease_file.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::phone;

namespace {

StoredLease example() {
  Lease lease;
  lease.address = "10.0.0.7"_ip;
  lease.prefix_length = 24;
  lease.router = "10.0.0.1"_ip;
  lease.server = "10.0.0.1"_ip;
  lease.identity = {"203.0.113.1"_ip, "198.51.100.1"_ip, {24000, 64}};
  lease.firmware = {"10.0.0.1"_ip, "t46.bin", Sha256{1, 2, 3}, "2.1"};
  lease.dns = {"10.0.0.53"_ip, "10.0.0.54"_ip};
  lease.sip_servers = {"10.0.0.60"_ip};
  lease.lease_s = 3600;
  lease.renew_s = 1800;
  lease.rebind_s = 3150;
  return {lease, {1'700'000'000}};
}

std::string replaced(std::string text, std::string_view was, std::string_view now) {
  const auto at = text.find(was);
  REQUIRE(at != text.npos);
  return text.replace(at, was.size(), now);
}

}  // namespace

TEST_CASE("a stored lease is read back as it was", "[phone][P7]") {
  auto stored = example();
  SECTION("with everything in it") {}
  SECTION("without a digest") { stored.lease.firmware.digest.reset(); }
  SECTION("without end") { stored.lease.lease_s = kInfinite; }
  const auto read = parse_lease_file(to_json(stored));
  REQUIRE(read);
  CHECK(*read == stored);
}

TEST_CASE("a damaged lease file is refused, whatever is wrong with it", "[phone][P7]") {
  const auto good = to_json(example());
  SECTION("empty") { CHECK_FALSE(parse_lease_file("")); }
  SECTION("cut anywhere") {
    for (std::size_t size = 0; size + 2 < good.size(); ++size)
      REQUIRE_FALSE(parse_lease_file(std::string_view{good}.substr(0, size)));
  }
  SECTION("not an object") { CHECK_FALSE(parse_lease_file("[1, 2]")); }
  SECTION("a key is missing") { CHECK_FALSE(parse_lease_file(replaced(good, "router", "r"))); }
  SECTION("a wrong type") { CHECK_FALSE(parse_lease_file(replaced(good, "3600", "\"3600\""))); }
  SECTION("a negative number") { CHECK_FALSE(parse_lease_file(replaced(good, "3600", "-1"))); }
  SECTION("a port beyond 65535") {
    CHECK_FALSE(parse_lease_file(replaced(good, "24000", "99999")));
  }
  SECTION("a range that is none") {
    CHECK_FALSE(parse_lease_file(replaced(good, "24000", "24001")));
  }
  SECTION("no address") { CHECK_FALSE(parse_lease_file(replaced(good, "10.0.0.7", "0.0.0.0"))); }
  SECTION("a mask beyond 32 bits") {
    CHECK_FALSE(parse_lease_file(replaced(good, "prefix_length\": 24", "prefix_length\": 33")));
  }
  SECTION("an end that is no time") {
    const auto end = GENERATE("-1", "1.5", "8589934591", "173333333333333395195029");
    CHECK_FALSE(parse_lease_file(replaced(good, "1700000000", end)));
  }
  SECTION("half a digest") { CHECK_FALSE(parse_lease_file(replaced(good, "010203", ""))); }
}
