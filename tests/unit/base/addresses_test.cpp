// SPDX-License-Identifier: BSD-3-Clause
#include "base/addresses.hpp"

#include "base/hex.hpp"

#include <catch2/catch.hpp>

using namespace portico;

TEST_CASE("an IPv4 address is four decimal numbers and nothing else", "[base]") {
  CHECK(parse_ipv4("10.0.0.1") == Ipv4{0x0a000001});
  CHECK(parse_ipv4("255.255.255.255") == kBroadcastIp);
  for (const auto* bad : {"", "10.0.0", "10.0.0.256", "10.0.0.1.", "10.0.0.01", " 10.0.0.1",
                          "10.0.0.-1", "10.0.0.1x", "0x0a.0.0.1"})
    CHECK_FALSE(parse_ipv4(bad));
  CHECK(to_string("203.0.113.9"_ip) == "203.0.113.9");
}

TEST_CASE("a prefix has no host bits, an interface's address may", "[base]") {
  CHECK(parse_prefix("10.20.0.0/16") == Prefix{"10.20.0.0"_ip, 16});
  CHECK_FALSE(parse_prefix("10.20.0.1/16"));
  CHECK_FALSE(parse_prefix("10.20.0.0/33"));
  CHECK_FALSE(parse_prefix("10.20.0.0"));
  CHECK(parse_interface("10.20.0.1/16")->network() == "10.20.0.0/16"_net);
  CHECK(parse_prefix("0.0.0.0/0")->contains("255.1.2.3"_ip));
}

TEST_CASE("prefixes overlap when one holds the other", "[base]") {
  CHECK("10.0.0.0/8"_net.overlaps("10.20.0.0/16"_net));
  CHECK("10.20.0.0/16"_net.overlaps("10.0.0.0/8"_net));
  CHECK_FALSE("10.20.0.0/16"_net.overlaps("10.21.0.0/16"_net));
  CHECK("10.20.0.0/30"_net.last() == "10.20.0.3"_ip);
  CHECK("10.20.0.0/30"_net.size() == 4);
}

TEST_CASE("a MAC address is six octets in hexadecimal", "[base]") {
  CHECK(parse_mac("00:1b:2C:00:00:02") == "00-1b-2c-00-00-02"_mac);
  for (const auto* bad : {"", "00:1b:2c:00:00", "00:1b:2c:00:00:0g", "00:1b-2c:00:00:02"})
    CHECK_FALSE(parse_mac(bad));
  CHECK(Mac::from_bits("00:1b:2c:00:00:02"_mac.bits()) == "00:1b:2c:00:00:02"_mac);
  CHECK("01:00:5e:00:00:01"_mac.is_group());
  CHECK("02:00:00:00:00:01"_mac.is_local());
}

TEST_CASE("hexadecimal text reads back as the octets it was made from", "[base]") {
  const std::vector<std::uint8_t> bytes{0x00, 0xff, 0x1b};
  CHECK(to_hex(bytes) == "00ff1b");
  CHECK(parse_hex("00:ff:1B") == bytes);
  for (const auto* bad : {"0", "0g", "00:f", "00:"}) CHECK_FALSE(parse_hex(bad));
  CHECK(parse_hex("")->empty());
}

TEST_CASE("the smallest prefix that holds two addresses", "[base]") {
  CHECK(Prefix::covering("10.20.1.0"_ip, "10.20.63.255"_ip) == "10.20.0.0/18"_net);
  CHECK(Prefix::covering("10.20.63.255"_ip, "10.20.64.0"_ip) == "10.20.0.0/17"_net);
  CHECK(Prefix::covering("10.20.1.1"_ip, "10.20.1.1"_ip) == "10.20.1.1/32"_net);
  CHECK(Prefix::covering("0.0.0.1"_ip, "255.0.0.1"_ip) == "0.0.0.0/0"_net);
}
