// SPDX-License-Identifier: BSD-3-Clause
#include "nappt/translate.hpp"

#include "nappt/original.hpp"
#include "support/packet_builder.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace portico;
using namespace portico::nappt;
using stats::Drop;
using support::Frame;
using support::Octets;

namespace {

Frame from_phone() {
  Frame f;
  f.from = "10.20.0.7"_ip;
  f.to = "192.0.2.80"_ip;
  f.from_port = 24000;
  f.to_port = 5060;
  return f;
}

Phone the_phone() {
  Bindings bindings{{.private_pools = {"10.20.0.0/16"_net},
                     .strays = {},
                     .public_pools = {{"203.0.113.0/30"_net, 64}}}};
  Binding b;
  b.private_address = "10.20.0.7"_ip;
  b.public_address = "203.0.113.1"_ip;
  b.mac = "00:1b:2c:00:00:01"_mac;
  b.range = {24000, 64};
  bindings.add(b);
  return bindings[bindings.slot_of(b.private_address)];
}

/// Exactly as long as the packet, so that a sanitizer sees a step too far.
struct OnHeap {
  explicit OnHeap(const Octets& o) : octets(o) {}
  Packet packet() { return Packet{octets.data()}; }
  Octets octets;
};

std::optional<Drop> reason(const Frame& f) {
  auto octets = f.ip();
  return untranslatable(*wire::Ipv4Edit::parse(octets));
}

}  // namespace

TEST_CASE("outbound, the source becomes the public address and the port stays",
          "[nappt][N1][U-4]") {
  struct Row {
    const char* sentence;
    std::uint8_t protocol;
    bool udp_checksum;
  };
  const auto row =
      GENERATE(Row{"UDP", wire::kProtocolUdp, true},
               Row{"UDP without a checksum", wire::kProtocolUdp, false},
               Row{"TCP", wire::kProtocolTcp, true}, Row{"ICMP echo", wire::kProtocolIcmp, true});
  INFO(row.sentence);
  auto before = from_phone();
  before.protocol = row.protocol;
  before.udp_checksum = row.udp_checksum;
  auto after = before;
  after.from = "203.0.113.1"_ip;
  auto phone = the_phone();
  OnHeap buffer{before.ip()};
  translate_outbound(phone, buffer.packet(), Ttl::Keep);
  CHECK(buffer.octets == after.ip());
  CHECK(phone.packets_out.value() == 1);
  CHECK(phone.octets_out.value() == before.ip().size());
}

TEST_CASE("inbound, the destination becomes the private address and the port stays",
          "[nappt][N3][U-4]") {
  const auto protocol = GENERATE(wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolIcmp);
  Frame before;
  before.from = "192.0.2.80"_ip;
  before.to = "203.0.113.1"_ip;
  before.protocol = protocol;
  before.from_port = protocol == wire::kProtocolIcmp ? 24063 : 5060;
  before.to_port = 24063;
  auto after = before;
  after.to = "10.20.0.7"_ip;
  auto phone = the_phone();
  OnHeap buffer{before.ip()};
  REQUIRE(may_receive(phone, buffer.packet()));
  after.ttl = 63;
  translate_inbound(phone, buffer.packet());
  CHECK(buffer.octets == after.ip());
  CHECK(phone.packets_in.value() == 1);
}

TEST_CASE("what a packet carries is nobody's to change, addresses in it neither", "[nappt][U-10]") {
  auto before = from_phone();  // to SIP's port
  before.payload = support::octets(
      "INVITE sip:9@192.0.2.80 SIP/2.0\r\nVia: SIP/2.0/UDP 10.20.0.7:24000\r\n"
      "Contact: <sip:7@10.20.0.7:24000>\r\n\r\nc=IN IP4 10.20.0.7\r\nm=audio 24002 RTP/AVP 0\r\n");
  auto after = before;
  after.from = "203.0.113.1"_ip;
  auto phone = the_phone();
  OnHeap buffer{before.ip()};
  translate_outbound(phone, buffer.packet(), Ttl::Keep);
  CHECK(buffer.octets == after.ip());
}

TEST_CASE("whatever the addresses, the checksums are those of the new packet", "[nappt][F-3]") {
  std::mt19937 random{1};
  for (int i = 0; i < 20'000; ++i) {
    Phone phone;
    phone.private_address = {static_cast<std::uint32_t>(random())};
    phone.public_address = {static_cast<std::uint32_t>(random())};
    phone.direct_delta = wire::StoredDelta{
        wire::ChecksumDelta{}.replace(phone.private_address, phone.public_address)};
    auto out = from_phone();
    out.from = phone.private_address;
    out.payload = {static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random())};
    auto octets = out.ip();
    translate_outbound(phone, Packet{octets.data()}, Ttl::Keep);
    out.from = phone.public_address;
    REQUIRE(octets == out.ip());

    auto in = out;
    in.to = phone.public_address;
    octets = in.ip();
    translate_inbound(phone, Packet{octets.data()});
    in.to = phone.private_address;
    in.ttl -= 1;
    REQUIRE(octets == in.ip());
  }
}

TEST_CASE("a UDP checksum that comes out as 0 is sent as 0xffff", "[nappt][F-4]") {
  auto after = from_phone();
  after.from = "203.0.113.1"_ip;
  after.payload = {0, 0};
  // The two octets that make the sum of everything else 0xffff.
  auto probe = after.ip();
  after.payload = {probe[26], probe[27]};
  auto before = after;
  before.from = "10.20.0.7"_ip;
  auto phone = the_phone();
  OnHeap buffer{before.ip()};
  translate_outbound(phone, buffer.packet(), Ttl::Keep);
  CHECK(load_be<std::uint16_t>(&buffer.octets[26]) == 0xffff);
  CHECK(buffer.octets == after.ip());
}

TEST_CASE("a bad checksum stays bad", "[nappt][F-4]") {
  auto before = from_phone();
  before.l4_checksum = 0x4242;
  auto phone = the_phone();
  OnHeap buffer{before.ip()};
  translate_outbound(phone, buffer.packet(), Ttl::Keep);
  const auto ip = wire::Ipv4View::parse(buffer.octets);
  REQUIRE(ip);
  CHECK_FALSE(wire::UdpView::parse(ip->payload())->checksum_holds(ip->source(), ip->destination()));
}

TEST_CASE("the checksum follows the time to live", "[nappt][F-2][F-3]") {
  const auto ttl = GENERATE(range(1, 256));
  auto before = from_phone();
  before.ttl = static_cast<std::uint8_t>(ttl);
  auto after = before;
  after.ttl = static_cast<std::uint8_t>(ttl - 1);
  after.from = "203.0.113.1"_ip;
  auto phone = the_phone();
  OnHeap buffer{before.ip()};
  translate_outbound(phone, buffer.packet(), Ttl::Decrement);
  CHECK(buffer.octets == after.ip());
}

namespace {

std::optional<Drop> refusal(const Phone& phone, MacOctets source_mac, const Packet& packet) {
  if (may_send(phone, source_mac, packet)) return std::nullopt;
  return refusal_to_send(phone, source_mac, packet);
}

}  // namespace

TEST_CASE("a phone sends only as its lease says", "[nappt][N1][N4]") {
  struct Row {
    const char* sentence;
    Mac mac;
    std::uint16_t port;
    std::uint8_t protocol;
    std::optional<Drop> reason;
  };
  constexpr auto kUdp = wire::kProtocolUdp;
  const auto its = "00:1b:2c:00:00:01"_mac;
  const auto row = GENERATE_COPY(
      Row{"its first port", its, 24000, kUdp, std::nullopt},
      Row{"its last port", its, 24063, kUdp, std::nullopt},
      Row{"a port below", its, 23999, kUdp, Drop::PortOutOfRange},
      Row{"a port above", its, 24064, wire::kProtocolTcp, Drop::PortOutOfRange},
      Row{"an echo identifier of its own", its, 24001, wire::kProtocolIcmp, std::nullopt},
      Row{"another's echo identifier", its, 7, wire::kProtocolIcmp, Drop::EchoIdOutOfRange},
      Row{"another's MAC", "00:1b:2c:00:00:02"_mac, 24000, kUdp, Drop::WrongMac});
  INFO(row.sentence);
  auto f = from_phone();
  f.protocol = row.protocol;
  f.from_port = row.port;
  OnHeap buffer{f.ip()};
  CHECK(refusal(the_phone(), row.mac.octets, buffer.packet()) == row.reason);
}

TEST_CASE("behind a router the source MAC is the router's and is not checked", "[nappt][N1]") {
  auto phone = the_phone();
  phone.next_hop = 3;
  OnHeap buffer{from_phone().ip()};
  CHECK_FALSE(refusal(phone, ("00:aa:aa:aa:aa:aa"_mac).octets, buffer.packet()));
}

TEST_CASE("nobody sends and receives nothing", "[nappt]") {
  OnHeap buffer{from_phone().ip()};
  CHECK(refusal(Phone{}, Mac{}.octets, buffer.packet()) == Drop::NoBinding);
  CHECK_FALSE(may_receive(Phone{}, buffer.packet()));
  CHECK(refusal_to_receive(buffer.packet()) == Drop::PortUnheld);
}

TEST_CASE("UDP, TCP and echo are translated, everything else has a reason why not",
          "[nappt][F-9]") {
  auto f = from_phone();
  CHECK_FALSE(reason(f));
  SECTION("options") {
    f.ip_options = {1, 1, 1, 1};
    CHECK(reason(f) == Drop::IpOptions);
  }
  SECTION("a first fragment") {
    f.fragment = 0x2000;
    CHECK(reason(f) == Drop::IpFragment);
  }
  SECTION("a later fragment") {
    f.fragment = 3;
    CHECK(reason(f) == Drop::IpFragment);
  }
  SECTION("ICMP errors") {
    f.protocol = wire::kProtocolIcmp;
    f.icmp_type = wire::kIcmpUnreachable;
    CHECK(reason(f) == Drop::IcmpError);
  }
  SECTION("ICMP of another type") {
    f.protocol = wire::kProtocolIcmp;
    f.icmp_type = 13;
    CHECK(reason(f) == Drop::IcmpType);
  }
  SECTION("another protocol") {
    f.protocol = 132;
    CHECK(reason(f) == Drop::UnsupportedProtocol);
  }
  SECTION("a UDP length beyond the packet, or below its own header") {
    auto octets = f.ip();
    const auto length = GENERATE(std::uint16_t{7}, std::uint16_t{14});
    store_be(&octets[24], length);
    CHECK(untranslatable(*wire::Ipv4Edit::parse(octets)) == Drop::L4Truncated);
  }
}

TEST_CASE("a header cut short is never read beyond its end", "[nappt]") {
  const auto protocol = GENERATE(wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolIcmp);
  const std::size_t whole = protocol == wire::kProtocolTcp ? 20 : 8;
  for (std::size_t n = 0; n < whole; ++n) {
    auto f = from_phone();
    f.protocol = protocol;
    auto octets = f.ip();
    octets.resize(20 + n);
    store_be(&octets[2], static_cast<std::uint16_t>(20 + n));
    store_be<std::uint16_t>(&octets[10], 0);
    store_be(&octets[10], wire::checksum_of(Bytes{octets}.first(20)));
    const Octets exact(octets.begin(), octets.end());
    auto copy = exact;
    REQUIRE(untranslatable(*wire::Ipv4Edit::parse(copy)) == Drop::L4Truncated);
  }
}

TEST_CASE("a translation taken back leaves the packet as it came in", "[nappt][F-6]") {
  auto before = from_phone();
  before.protocol = GENERATE(wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolIcmp);
  before.udp_checksum = GENERATE(true, false);
  auto phone = the_phone();
  SECTION("outbound") {
    OnHeap buffer{before.ip()};
    translate_outbound(phone, buffer.packet(), Ttl::Decrement);
    take_back(buffer.packet(), {Side::Lan, {}, before.from, before.to});
    CHECK(buffer.octets == before.ip());
  }
  SECTION("inbound") {
    before.from = "192.0.2.80"_ip;
    before.to = "203.0.113.1"_ip;
    OnHeap buffer{before.ip()};
    translate_inbound(phone, buffer.packet());
    take_back(buffer.packet(), {Side::Wan, {}, before.from, before.to});
    CHECK(buffer.octets == before.ip());
  }
  SECTION("both, from a phone to a phone") {
    before.to = "203.0.113.1"_ip;
    OnHeap buffer{before.ip()};
    translate_outbound(phone, buffer.packet(), Ttl::Keep);
    translate_inbound(phone, buffer.packet());
    take_back(buffer.packet(), {Side::Lan, {}, before.from, before.to});
    CHECK(buffer.octets == before.ip());
  }
}
