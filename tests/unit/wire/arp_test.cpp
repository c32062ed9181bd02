// SPDX-License-Identifier: BSD-3-Clause
#include "wire/arp.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/octets.hpp"

using namespace portico;
using namespace portico::wire;

namespace {

const ArpMessage kAsk{.operation = ArpOperation::Request,
                      .sender_mac = "02:00:00:00:00:01"_mac,
                      .sender = "10.0.0.1"_ip,
                      .target_mac = "02:00:00:00:00:02"_mac,
                      .target = "10.0.0.7"_ip};

Octets written(const ArpMessage& m) {
  Octets o(ArpView::kSize);
  m.write(o);
  return o;
}

}  // namespace

TEST_CASE("an ARP request is laid out as in RFC 826", "[wire][F-12]") {
  CHECK(written(kAsk) == Octets{0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 1,
                                10, 0, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 7});
}

TEST_CASE("an ARP message is read as it was written", "[wire][F-12]") {
  auto message = kAsk;
  message.operation = GENERATE(ArpOperation::Request, ArpOperation::Reply);
  const auto octets = written(message);
  const auto arp = ArpView::parse(octets);
  REQUIRE(arp);
  CHECK(arp->operation() == message.operation);
  CHECK(arp->sender_mac() == message.sender_mac);
  CHECK(arp->sender() == message.sender);
  CHECK(arp->target_mac() == message.target_mac);
  CHECK(arp->target() == message.target);
}

TEST_CASE("an ARP message is 28 octets; what Ethernet padded behind it is not looked at",
          "[wire][F-12]") {
  auto octets = written(kAsk);
  CHECK(shortest_accepted<ArpView>(octets) == 28);
  octets.resize(46);
  CHECK(ArpView::parse(octets)->bytes().size() == 28);
}

TEST_CASE("only IPv4 on Ethernet, request or reply, is ARP to us", "[wire][F-12]") {
  struct Row {
    std::size_t at;
    std::uint8_t value;
  };
  const auto row = GENERATE(Row{1, 6}, Row{2, 0x86}, Row{3, 0xdd}, Row{4, 8}, Row{5, 16}, Row{7, 0},
                            Row{7, 3}, Row{6, 1});
  auto octets = written(kAsk);
  octets[row.at] = row.value;
  CHECK_FALSE(ArpView::parse(octets));
}
