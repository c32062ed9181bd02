// SPDX-License-Identifier: BSD-3-Clause
#include "icmp/too_big.hpp"

#include "support/too_big.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::icmp;
using support::Frame;
using support::Octets;

namespace {

Octets sent(std::size_t length) {
  Frame f;
  f.from = "203.0.113.1"_ip;
  f.to = "198.51.100.1"_ip;
  f.payload.resize(length - 28);
  return f.ip();
}

}  // namespace

TEST_CASE("a router says what fits, and of which packet it says so", "[icmp][N-2]") {
  const auto packet = sent(1500);
  const auto message = support::too_big(packet, 1300).ip();
  const auto said = too_big_of(message);
  REQUIRE(said);
  CHECK(said->mtu == 1300);
  CHECK(std::ranges::equal(said->packet, Bytes{packet}.first(548)));
}

TEST_CASE("of a router that does not say what fits the next common MTU is taken", "[icmp][N-2]") {
  struct Row {
    std::size_t length;
    std::uint16_t mtu;
  };
  // RFC 1191 table 7-1.
  const auto row = GENERATE(values<Row>({{9000, 8166}, {1500, 1492}, {1492, 1006}, {68, 68}}));
  CHECK(too_big_of(support::too_big(sent(row.length), 0).ip())->mtu == row.mtu);
}

TEST_CASE("what is no whole \"fragmentation needed\" says nothing of a size", "[icmp]") {
  auto f = support::too_big(sent(1500), 1300);
  SECTION("another unreachable") { f.icmp_code = 3; }
  SECTION("another type") { f.icmp_type = 11; }
  SECTION("a wrong checksum") { f.l4_checksum = 1; }
  SECTION("a fragment") { f.fragment = 0x2000; }
  SECTION("a quote that is no IPv4 header") { f.payload[0] = 0x65; }
  SECTION("a quote that is cut within it") { f.payload.resize(19); }
  SECTION("no ICMP") { f.protocol = wire::kProtocolUdp; }
  CHECK_FALSE(too_big_of(f.ip()));
}
