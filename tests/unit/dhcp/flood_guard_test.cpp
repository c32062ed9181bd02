// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/flood_guard.hpp"

#include "lan.hpp"

using namespace portico;
using namespace portico::dhcp;
using namespace portico::dhcp::test;

namespace {

int admitted(FloodGuard& guard, const Mac& mac, Importance importance, int attempts, Time now) {
  int passed = 0;
  for (int i = 0; i < attempts; ++i)
    passed += guard.admit(mac, importance, now) == FloodVerdict::Pass ? 1 : 0;
  return passed;
}

Mac mac_number(std::uint64_t n) { return Mac::from_bits(0x001b2c000000 + n); }

}  // namespace

TEST_CASE("a MAC sends bursts of twice its rate, and its rate in the long run", "[dhcp][D-20]") {
  FloodGuard guard(10, 0);
  const Time start{5};
  CHECK(admitted(guard, kPhoneMac, Importance::High, 100, start) == 20);
  CHECK(admitted(guard, kPhoneMac, Importance::High, 100, start + 99ms) == 0);
  CHECK(admitted(guard, kPhoneMac, Importance::High, 100, start + 100ms) == 1);
  CHECK(admitted(guard, kPhoneMac, Importance::High, 100, start + 1100ms) == 10);
  CHECK(admitted(guard, kPhoneMac, Importance::High, 100, start + 3600s) == 20);
}

TEST_CASE("one MAC's flood costs no other MAC anything", "[dhcp][D-20]") {
  FloodGuard guard(10, 1000);
  CHECK(admitted(guard, mac_number(1), Importance::High, 100'000, {}) == 20);
  CHECK(admitted(guard, mac_number(2), Importance::High, 1, {}) == 1);
}

TEST_CASE("on a flooded port DISCOVER is shed before the rest", "[dhcp][D-20]") {
  FloodGuard guard(0, 100);
  CHECK(admitted(guard, kPhoneMac, Importance::Low, 1000, {}) == 100);
  CHECK(guard.admit(kPhoneMac, Importance::Low, {}) == FloodVerdict::TooManyOnPort);
  CHECK(admitted(guard, kPhoneMac, Importance::High, 1000, {}) == 100);
  CHECK(admitted(guard, kPhoneMac, Importance::Low, 1000, Time{} + 1s) == 0);
  CHECK(admitted(guard, kPhoneMac, Importance::High, 1000, Time{} + 1s) == 100);
}

TEST_CASE("more MACs than the table holds are still held to the port's rate", "[dhcp][D-20]") {
  FloodGuard guard(1, 50'000);
  int passed = 0;
  for (std::uint64_t i = 0; i < 300'000; ++i)
    passed += admitted(guard, mac_number(i), Importance::High, 1, {});
  CHECK(passed == 100'000);
}

TEST_CASE("a rate of 0 is no limit", "[dhcp]") {
  FloodGuard guard(0, 0);
  CHECK(admitted(guard, kPhoneMac, Importance::Low, 1000, {}) == 1000);
}

TEST_CASE("a flood is counted and never reaches the Book", "[dhcp][D-20]") {
  Config config;
  config.per_mac_per_s = 2;
  SECTION("of one MAC") {
    Lan lan(config);
    for (int i = 0; i < 10; ++i) lan.receive(discover());
    CHECK(lan.book.discovered == 4);
    CHECK(lan.count(&Counters::flood_mac) == 6);
    CHECK(lan.count(&Counters::discovers) == 4);
  }
  SECTION("written in another's name: who sent the frame is held to it") {
    Lan lan(config);
    for (int i = 0; i < 10; ++i) {
      auto m = discover();
      m.frame_source = "00:1b:2c:00:66:66"_mac;
      lan.receive(m);
    }
    lan.receive(discover());
    CHECK(lan.book.discovered == 5);
  }
  SECTION("behind a relay: by chaddr") {
    Lan lan(config);
    for (std::uint64_t i = 0; i < 10; ++i) {
      auto m = discover().through_relay("10.30.0.1"_ip);
      m.header.set_mac(mac_number(i));
      lan.receive(m);
    }
    CHECK(lan.book.discovered == 10);
  }
  SECTION("written in another's name, as if by a relay: who sent the frame is held to it") {
    Lan lan(config);
    for (int i = 0; i < 10; ++i) {
      auto m = discover().through_relay("10.66.0.1"_ip);
      m.frame_source = "00:1b:2c:00:66:66"_mac;
      lan.receive(m);
    }
    lan.receive(discover());
    CHECK(lan.book.discovered == 5);
  }
  SECTION("of the port") {
    config.per_port_per_s = 4;
    config.per_mac_per_s = 0;
    Lan lan(config);
    for (int i = 0; i < 10; ++i) lan.receive(discover());
    CHECK(lan.book.discovered == 4);
    CHECK(lan.count(&Counters::flood_port) == 6);
  }
}
