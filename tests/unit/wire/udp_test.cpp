// SPDX-License-Identifier: BSD-3-Clause
#include "wire/udp.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/octets.hpp"

using namespace portico;
using namespace portico::wire;

namespace {

const Ipv4 kSource = "10.0.0.7"_ip;
const Ipv4 kDestination = "192.0.2.9"_ip;

Octets datagram(const Octets& head, const Octets& body = {}) {
  Octets d(UdpHeader::kSize);
  UdpHeader{.source_port = 24000, .destination_port = 5060}.write(d, kSource, kDestination, head,
                                                                  body);
  d.insert(d.end(), head.begin(), head.end());
  d.insert(d.end(), body.begin(), body.end());
  return d;
}

}  // namespace

TEST_CASE("a UDP datagram is read as it was written, its checksum right", "[wire]") {
  const auto d = datagram({1, 2, 3, 4}, {5, 6, 7});
  const auto udp = UdpView::parse(d);
  REQUIRE(udp);
  CHECK(udp->source_port() == 24000);
  CHECK(udp->destination_port() == 5060);
  CHECK(udp->length() == 15);
  CHECK(udp->payload().size() == 7);
  CHECK(udp->checksum() != 0);
  CHECK(udp->checksum_holds(kSource, kDestination));
  CHECK_FALSE(udp->checksum_holds(kSource, kSource));
}

TEST_CASE("a datagram is as long as it says", "[wire]") {
  auto d = datagram({1, 2, 3});
  CHECK(shortest_accepted<UdpView>(d) == 11);
  d.resize(30);
  CHECK(UdpView::parse(d)->payload().size() == 3);
  SECTION("and never shorter than its header") {
    store_be<std::uint16_t>(&d[4], 7);
    CHECK_FALSE(UdpView::parse(d));
    store_be<std::uint16_t>(&d[4], 8);
    CHECK(UdpView::parse(d)->payload().empty());
  }
}

TEST_CASE("a checksum of zero is none", "[wire][F-4]") {
  auto d = datagram({1, 2});
  store_be<std::uint16_t>(&d[6], 0);
  CHECK(UdpView::parse(d)->checksum_holds(kSource, kDestination));
}

TEST_CASE("a checksum that comes out as zero is sent as all ones", "[wire][F-4]") {
  // The last word makes up for what the rest of the datagram sums to.
  const auto rest = UdpView::parse(datagram({0, 0}))->checksum();
  Octets payload(2);
  store_be(&payload[0], rest);
  const auto d = datagram(payload);
  CHECK(UdpView::parse(d)->checksum() == 0xffff);
  CHECK(UdpView::parse(d)->checksum_holds(kSource, kDestination));
}
