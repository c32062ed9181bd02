// SPDX-License-Identifier: BSD-3-Clause
#include "nappt/bindings.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::nappt;

namespace {

const Shape kShape{.private_pools = {"10.20.0.0/16"_net},
                   .strays = {"192.168.7.9"_ip, "172.16.0.1"_ip},
                   .public_pools = {{"203.0.113.0/30"_net, 16}}};

Binding phone(Ipv4 private_address, PortRange range) {
  Binding b;
  b.private_address = private_address;
  b.public_address = "203.0.113.1"_ip;
  b.mac = "00:1b:2c:00:00:01"_mac;
  b.range = range;
  return b;
}

constexpr Ipv4 kNone{};

/// Whose phone it is, by its private address.
Ipv4 inbound(const Bindings& bindings, Ipv4 address, std::uint16_t port) {
  return bindings[bindings.holder(bindings.place_of(address, port))].private_address;
}
Ipv4 outbound(const Bindings& bindings, Ipv4 address) {
  const auto& phone = bindings[bindings.slot_of(address)];
  return phone.range.size == 0 ? kNone : phone.private_address;
}

}  // namespace

TEST_CASE("a phone's port range is its own while its binding lives", "[nappt][N2][U-3]") {
  Bindings bindings{kShape};
  const PortRange range{24000, 64};
  bindings.add(phone("10.20.0.7"_ip, range));
  SECTION("every port of it names the phone") {
    for (unsigned port = range.first; port <= range.last(); ++port)
      REQUIRE(inbound(bindings, "203.0.113.1"_ip, static_cast<std::uint16_t>(port)) ==
              "10.20.0.7"_ip);
  }
  SECTION("the ports before its first and after its last name nobody") {
    CHECK(inbound(bindings, "203.0.113.1"_ip, range.first - 1) == kNone);
    CHECK(inbound(bindings, "203.0.113.1"_ip, range.last() + 1) == kNone);
  }
  SECTION("the same ports of the next address name nobody") {
    CHECK(inbound(bindings, "203.0.113.2"_ip, range.first) == kNone);
    CHECK(inbound(bindings, "203.0.113.0"_ip, range.first) == kNone);
  }
  SECTION("an address outside the pools names nobody") {
    CHECK(inbound(bindings, "203.0.113.4"_ip, range.first) == kNone);
    CHECK_FALSE(bindings.is_public("203.0.113.4"_ip));
    CHECK(bindings.is_public("203.0.113.3"_ip));
  }
  SECTION("its private address finds it, its neighbour's does not") {
    CHECK(outbound(bindings, "10.20.0.7"_ip) == "10.20.0.7"_ip);
    CHECK(outbound(bindings, "10.20.0.8"_ip) == kNone);
  }
  SECTION("once it is removed, nothing of it is found") {
    bindings.remove("10.20.0.7"_ip);
    CHECK(inbound(bindings, "203.0.113.1"_ip, range.first) == kNone);
    CHECK(inbound(bindings, "203.0.113.1"_ip, range.last()) == kNone);
    CHECK(outbound(bindings, "10.20.0.7"_ip) == kNone);
    CHECK_FALSE(bindings.at(bindings.slot_of("10.20.0.7"_ip)));
  }
}

TEST_CASE("the last ports of an address do not run into the next one's first", "[nappt][N2]") {
  Bindings bindings{kShape};
  bindings.add(phone("10.20.0.1"_ip, {65472, 64}));
  CHECK(inbound(bindings, "203.0.113.1"_ip, 65535) == "10.20.0.1"_ip);
  CHECK(inbound(bindings, "203.0.113.2"_ip, 0) == kNone);
}

TEST_CASE("a range of one port is a binding like any other", "[nappt]") {
  auto shape = kShape;
  shape.public_pools[0].granule = 1;
  Bindings bindings{shape};
  bindings.add(phone("10.20.0.1"_ip, {5060, 1}));
  CHECK(inbound(bindings, "203.0.113.1"_ip, 5060) == "10.20.0.1"_ip);
  CHECK(inbound(bindings, "203.0.113.1"_ip, 5061) == kNone);
}

TEST_CASE("a static phone outside every private pool is found like any other", "[nappt][T0]") {
  Bindings bindings{kShape};
  bindings.add(phone("192.168.7.9"_ip, {30000, 16}));
  CHECK(outbound(bindings, "192.168.7.9"_ip) == "192.168.7.9"_ip);
  CHECK(outbound(bindings, "172.16.0.1"_ip) == kNone);
  CHECK(outbound(bindings, "192.168.7.10"_ip) == kNone);
  CHECK(bindings.is_private("172.16.0.1"_ip));
  CHECK_FALSE(bindings.is_private("192.168.7.10"_ip));
}

TEST_CASE("of two private pools the longer prefix holds an address", "[nappt]") {
  auto shape = kShape;
  shape.private_pools = {"10.0.0.0/8"_net, "10.20.30.0/24"_net};
  Bindings bindings{shape};
  bindings.add(phone("10.20.30.1"_ip, {24000, 16}));
  bindings.add(phone("10.20.31.1"_ip, {24016, 16}));
  CHECK(outbound(bindings, "10.20.30.1"_ip) == "10.20.30.1"_ip);
  CHECK(outbound(bindings, "10.20.31.1"_ip) == "10.20.31.1"_ip);
}

TEST_CASE("a binding reads back as it was given", "[nappt]") {
  auto shape = kShape;
  shape.tunnel_pools = {{"198.51.100.0/28"_net, 64}};
  Bindings bindings{shape};
  auto given = phone("10.20.0.7"_ip, {24000, 64});
  given.tunnel_address = "198.51.100.7"_ip;
  given.tunnel = 4;
  given.next_hop = 5;
  given.phone_class = 2;
  bindings.add(given);
  CHECK(bindings.at(bindings.slot_of("10.20.0.7"_ip)) == given);
  CHECK_FALSE(bindings.at(bindings.slot_of("10.20.0.8"_ip)));
  CHECK_FALSE(bindings.at(kNobody));
}

TEST_CASE("counts outlive a binding until its address is another's", "[nappt][P7]") {
  const auto kAddress = "10.20.0.7"_ip;
  Bindings bindings{kShape};
  bindings.add(phone(kAddress, {24000, 64}));
  auto& line = bindings[bindings.slot_of(kAddress)];
  line.packets_out += 3;
  line.octets_in += 500;
  bindings.remove(kAddress);
  CHECK(bindings.usage(kAddress) ==
        Usage{.packets_out = 3, .octets_out = 0, .packets_in = 0, .octets_in = 500});
  bindings.add(phone(kAddress, {24064, 64}));
  CHECK(bindings.usage(kAddress) == Usage{});
}

TEST_CASE("a phone and worker costs at most 96 octets", "[nappt]") {
  // 2^20 phones of 64 ports on 1024 addresses, the private pool as large as the phones are many.
  const Shape shape{.private_pools = {"10.0.0.0/12"_net},
                    .strays = {},
                    .public_pools = {{"203.0.0.0/22"_net, 64}}};
  CHECK(Bindings::memory_bytes(shape) / (1u << 20) <= 96);
}
