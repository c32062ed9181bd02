// SPDX-License-Identifier: BSD-3-Clause
#include "support/gateway_bed.hpp"
#include "wire/icmp.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

const Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};

Frame from_phone(std::uint16_t to_port) {
  return {.to_mac = kGatewayMac,
          .from_mac = kPhone.mac,
          .from = "10.20.1.5"_ip,
          .to = kGatewayLan,
          .from_port = 3000,
          .to_port = to_port};
}

/// Type and code of the ICMP message sent last.
std::pair<int, int> last_icmp(const BedWorld& world) {
  if (world.sent.empty()) return {-1, -1};
  const auto ethernet = wire::EthernetView::parse(Bytes{world.sent.back().frame});
  const auto ip = wire::Ipv4View::parse(ethernet->payload());
  if (!ip || ip->protocol() != wire::kProtocolIcmp) return {-1, -1};
  return {ip->payload()[0], ip->payload()[1]};
}

TEST_CASE("a port of ours that serves nothing answers port unreachable", "[gateway][F-6]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  CHECK(bed.core->on_udp(Side::Lan, from_phone(7).build(), bed.now) == stats::Drop::NotAService);
  CHECK(last_icmp(bed.world) == std::pair{3, 3});
}

TEST_CASE("what is broken is dropped by its reason, in silence", "[gateway]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  auto frame = from_phone(67);
  SECTION("a wrong checksum") {
    frame.l4_checksum = 0x1234;
    CHECK(bed.core->on_udp(Side::Lan, frame.build(), bed.now) == stats::Drop::L4Checksum);
  }
  SECTION("half a header") {
    auto octets = frame.build();
    octets[14 + 3] = 24;
    octets.resize(14 + 24);
    CHECK(bed.core->on_udp(Side::Lan, octets, bed.now) == stats::Drop::L4Truncated);
  }
  SECTION("from the WAN") {
    CHECK(bed.core->on_udp(Side::Wan, frame.build(), bed.now) == stats::Drop::WanServiceRefused);
  }
  SECTION("no DHCP message: taken in, and counted there") {
    CHECK_FALSE(bed.core->on_udp(Side::Lan, frame.build(), bed.now));
    CHECK(bed.count(&dhcp::Counters::too_short) == 1);
  }
  SECTION("no ARP message") {
    CHECK(bed.core->on_arp(Side::Lan, frame.build(), bed.now) == stats::Drop::ArpMalformed);
  }
  CHECK(bed.world.sent.empty());
}

TEST_CASE("who cannot be served is told why", "[gateway][F-2]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  auto frame = from_phone(5000);
  frame.to = "192.0.2.200"_ip;
  const auto told = [&](stats::Drop why) {
    CHECK(bed.core->on_undeliverable(Side::Lan, frame.build(), why, 1400, bed.now) == why);
    return last_icmp(bed.world);
  };
  CHECK(told(stats::Drop::TtlExceeded) == std::pair{11, 0});
  CHECK(told(stats::Drop::TooBig) == std::pair{3, 4});
  CHECK(told(stats::Drop::NoRoute) == std::pair{3, 0});
}

TEST_CASE("a ping of our own address is answered", "[gateway]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  auto ping = from_phone(1);
  ping.protocol = wire::kProtocolIcmp;
  CHECK_FALSE(bed.core->on_icmp(Side::Lan, ping.build(), bed.now));
  CHECK(last_icmp(bed.world) == std::pair{0, 0});
  ping.icmp_type = 13;
  CHECK(bed.core->on_icmp(Side::Lan, ping.build(), bed.now) == stats::Drop::IcmpNotAnswered);
}

TEST_CASE("a packet waits for its neighbour; if that stays silent its sender is told",
          "[gateway][F-6][F-7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto neighbor = "198.51.100.9"_ip;
  const Mac mac = "02:00:00:00:00:09"_mac;
  auto packet = from_phone(5000);
  packet.from = "10.20.1.5"_ip;
  packet.to = neighbor;
  const auto received = packet.ip();
  packet.from_mac = "02:00:00:00:00:02"_mac;
  packet.from = "203.0.113.0"_ip;
  packet.ttl = 63;
  const auto frame = packet.build();
  const nappt::Original original{Side::Lan, kPhone.mac, "10.20.1.5"_ip, neighbor};
  CHECK_FALSE(bed.core->on_unresolved(Side::Wan, neighbor, original, frame, bed.now));
  SECTION("it answers") {
    bed.world.sent.clear();
    auto reply = arp_request("02:00:00:00:00:02"_mac, mac, neighbor, "198.51.100.2"_ip);
    CHECK_FALSE(bed.core->on_arp(Side::Wan, reply, bed.now));
    const auto carried = std::count_if(
        bed.world.sent.begin(), bed.world.sent.end(), [&](const BedWorld::Sent& sent) {
          return sent.side == Side::Wan && sent.frame.size() == frame.size() &&
                 std::equal(mac.octets.begin(), mac.octets.end(), sent.frame.begin());
        });
    CHECK(carried == 1);
    CHECK(bed.world.given_up == 0);
  }
  SECTION("it does not") {
    bed.live(2s);
    CHECK(last_icmp(bed.world) == std::pair{-1, -1});
    bed.live(1s);
    CHECK(bed.world.given_up == 1);
    REQUIRE(last_icmp(bed.world) == std::pair{3, 1});
    const auto& error = bed.world.sent.back();
    CHECK(error.side == Side::Lan);
    const auto ethernet = wire::EthernetView::parse(Bytes{error.frame});
    CHECK(ethernet->destination() == kPhone.mac);
    const auto ip = wire::Ipv4View::parse(ethernet->payload());
    CHECK(ip->destination() == "10.20.1.5"_ip);
    const auto quoted = wire::IcmpView::parse(ip->payload())->payload();
    CHECK(Octets(quoted.begin(), quoted.end()) == received);
    SECTION("the next one is told at once, within the limit") {
      for (int i = 0; i < 200; ++i)
        (void)bed.core->on_unresolved(Side::Wan, neighbor, original, frame, bed.now);
      CHECK(bed.world.given_up == 201);
      CHECK(bed.core->icmp().counters().host_unreachable_sent.value() == 100);
      CHECK(bed.core->icmp().counters().rate_limited.value() == 101);
    }
  }
}

}  // namespace
}  // namespace portico
