// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/classify.hpp"

#include <catch2/catch.hpp>

#include "site.hpp"
#include <functional>

using namespace portico;
using namespace portico::datapath;
using stats::Drop;
using support::Frame;
using support::Octets;

namespace {

struct Outcome {
  Verdict verdict;
  Note note;
};

Outcome classified(Side side, Octets frame, const Links& links = site::links()) {
  static const nappt::Bindings kBindings{site::shape()};
  Note note;
  const auto verdict = classify(links, kBindings, side, frame, note);
  return {verdict, note};
}
Verdict on_lan(const Frame& f) { return classified(Side::Lan, f.build()).verdict; }
Verdict on_wan(const Frame& f) { return classified(Side::Wan, f.build()).verdict; }

Frame dhcp_discover() {
  auto f = site::outbound();
  f.to_mac = kBroadcastMac;
  f.from = {};
  f.to = kBroadcastIp;
  f.from_port = 68;
  f.to_port = 67;
  return f;
}

/// One octet of a valid frame changed, the header's checksum made right again if asked for.
enum class Checksum { AsItWas, Corrected };
Octets spoiled(std::size_t at, std::uint8_t octet, Checksum checksum) {
  auto frame = site::outbound().build();
  frame[14 + at] = octet;
  if (checksum == Checksum::Corrected) {
    store_be<std::uint16_t>(&frame[24], 0);
    store_be(&frame[24], wire::checksum_of(Bytes{frame}.subspan(14, 20)));
  }
  return frame;
}

}  // namespace

TEST_CASE("a phone's UDP, TCP and echo go outbound, the network's inbound", "[datapath][N1][N3]") {
  const auto protocol = GENERATE(wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolIcmp);
  auto out = site::outbound();
  auto in = site::inbound();
  out.protocol = in.protocol = protocol;
  CHECK(on_lan(out) == Lane::Outbound);
  CHECK(on_wan(in) == Lane::Inbound);
  out.to = site::kPublic;
  CHECK(on_lan(out) == Lane::Hairpin);
}

TEST_CASE("a packet is validated before anything in it is used", "[datapath][F-1]") {
  struct Row {
    const char* sentence;
    Octets frame;
    Drop reason;
  };
  const auto whole = site::outbound().build();
  const auto cut = [&](std::size_t n) { return Octets(whole.begin(), whole.begin() + n); };
  const auto row =
      GENERATE_COPY(Row{"an empty frame", {}, Drop::RuntFrame},
                    Row{"a frame without a whole Ethernet header", cut(13), Drop::RuntFrame},
                    Row{"no IP header at all", cut(14), Drop::IpTruncated},
                    Row{"an IP header cut short", cut(33), Drop::IpTruncated},
                    Row{"another version", spoiled(0, 0x65, Checksum::Corrected), Drop::IpVersion},
                    Row{"a header shorter than five words", spoiled(0, 0x44, Checksum::Corrected),
                        Drop::IpHeaderLength},
                    Row{"a header longer than the packet", spoiled(0, 0x4f, Checksum::Corrected),
                        Drop::IpHeaderLength},
                    Row{"a total length above what was received",
                        spoiled(3, 200, Checksum::Corrected), Drop::IpTotalLength},
                    Row{"a total length below the header's", spoiled(3, 19, Checksum::Corrected),
                        Drop::IpTotalLength},
                    Row{"a header checksum that does not hold", spoiled(8, 17, Checksum::AsItWas),
                        Drop::IpChecksum});
  INFO(row.sentence);
  CHECK(classified(Side::Lan, row.frame).verdict == row.reason);
}

TEST_CASE("no frame is read beyond its end, wherever it is cut", "[datapath][F-1]") {
  const auto whole = GENERATE(site::outbound().build(), dhcp_discover().build());
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const Octets exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    REQUIRE(classified(Side::Lan, exact).verdict.lane == Lane::Drop);
  }
}

TEST_CASE("only frames for us, with the port's tag, come in", "[datapath]") {
  auto f = site::outbound();
  SECTION("another station's frame") {
    f.to_mac = site::kWanMac;
    CHECK(on_lan(f) == Drop::NotForUs);
  }
  SECTION("a frame for a group") {
    f.to_mac = "01:00:5e:00:00:01"_mac;
    CHECK(on_lan(f) == Drop::MulticastOrBroadcast);
  }
  SECTION("a unicast packet in a broadcast frame (RFC 1812 section 5.3.4)") {
    f.to_mac = kBroadcastMac;
    CHECK(on_lan(f) == Drop::MulticastOrBroadcast);
  }
  SECTION("a tag on an untagged port") {
    f.vlan = 7;
    CHECK(on_lan(f) == Drop::WrongVlan);
  }
  SECTION("a tagged port takes its own tag only") {
    f.vlan = 7;
    CHECK(classified(Side::Lan, f.build(), site::links(7)).verdict == Lane::Outbound);
    f.vlan = 8;
    CHECK(classified(Side::Lan, f.build(), site::links(7)).verdict == Drop::WrongVlan);
    f.vlan = 0;
    CHECK(classified(Side::Lan, f.build(), site::links(7)).verdict == Drop::WrongVlan);
  }
  SECTION("neither IPv4 nor ARP") {
    auto octets = f.build();
    store_be<std::uint16_t>(&octets[12], 0x86dd);
    CHECK(classified(Side::Lan, octets).verdict == Drop::UnknownEthertype);
  }
}

TEST_CASE("what is for us goes to control, each kind by itself", "[datapath]") {
  const auto kind = [](const Outcome& o) {
    REQUIRE(o.verdict == Lane::Punt);
    return o.note.kind;
  };
  SECTION("ARP, broadcast or unicast, on either side") {
    const auto to = GENERATE(kBroadcastMac, site::kLanMac);
    const auto arp = support::arp_request(to, site::kPhoneMac, site::kPhone, site::kLan);
    CHECK(kind(classified(Side::Lan, arp)) == PuntKind::Arp);
    const auto wan =
        support::arp_request(kBroadcastMac, site::kRouterMac, site::kRouter, site::kWan);
    CHECK(kind(classified(Side::Wan, wan)) == PuntKind::Arp);
    CHECK(classified(Side::Wan, wan).note.side == Side::Wan);
  }
  SECTION("DHCP: broadcast from nobody, to the network's broadcast, unicast in renewal") {
    auto f = dhcp_discover();
    CHECK(kind(classified(Side::Lan, f.build())) == PuntKind::Dhcp);
    f.to = "10.20.255.255"_ip;
    CHECK(kind(classified(Side::Lan, f.build())) == PuntKind::Dhcp);
    f.to_mac = site::kLanMac;
    f.to = site::kLan;
    f.from = site::kPhone;
    CHECK(kind(classified(Side::Lan, f.build())) == PuntKind::Dhcp);
  }
  SECTION("TFTP, at its port and at those of its transfers") {
    auto f = site::outbound();
    f.to = site::kLan;
    f.to_port = GENERATE(std::uint16_t{69}, std::uint16_t{50000});
    CHECK(kind(classified(Side::Lan, f.build())) == PuntKind::Service);
  }
  SECTION("ping, from a phone to either address of ours and from the network to the outer") {
    auto f = site::outbound();
    f.protocol = wire::kProtocolIcmp;
    f.to = GENERATE(site::kLan, site::kWan);
    CHECK(kind(classified(Side::Lan, f.build())) == PuntKind::Icmp);
    auto in = site::inbound();
    in.protocol = wire::kProtocolIcmp;
    in.to = site::kWan;
    CHECK(kind(classified(Side::Wan, in.build())) == PuntKind::Icmp);
  }
}

TEST_CASE("what nobody here answers has a reason", "[datapath]") {
  struct Row {
    const char* sentence;
    Side side;
    std::function<void(Frame&)> change;
    Drop reason;
  };
  const auto row =
      GENERATE(Row{"TCP for us", Side::Lan,
                   [](Frame& f) {
                     f.protocol = wire::kProtocolTcp;
                     f.to = site::kLan;
                   },
                   Drop::NotAService},
               Row{"UDP from a phone for our outer address", Side::Lan,
                   [](Frame& f) { f.to = site::kWan; }, Drop::NotAService},
               Row{"UDP for us cut short", Side::Lan,
                   [](Frame& f) {
                     f.protocol = wire::kProtocolUdp;
                     f.to = site::kLan;
                     f.fragment = 0x2000;
                   },
                   Drop::IpFragment},
               Row{"options towards us", Side::Lan,
                   [](Frame& f) {
                     f.to = site::kLan;
                     f.ip_options = {1, 1, 1, 1};
                   },
                   Drop::IpOptions},
               Row{"ping from our own address", Side::Lan,
                   [](Frame& f) {
                     f.protocol = wire::kProtocolIcmp;
                     f.from = f.to = site::kLan;
                   },
                   Drop::MartianSource},
               Row{"TFTP from a loopback address", Side::Lan,
                   [](Frame& f) {
                     f.from = "127.0.0.1"_ip;
                     f.to = site::kLan;
                     f.to_port = 69;
                   },
                   Drop::MartianSource},
               Row{"DHCP from a group", Side::Lan,
                   [](Frame& f) {
                     f.from = "224.0.0.1"_ip;
                     f.to = site::kLan;
                     f.to_port = 67;
                   },
                   Drop::MartianSource},
               Row{"a broadcast that is not DHCP", Side::Lan,
                   [](Frame& f) { f.to = "10.20.255.255"_ip; }, Drop::MulticastOrBroadcast},
               Row{"a group", Side::Lan, [](Frame& f) { f.to = "239.1.2.3"_ip; },
                   Drop::MulticastOrBroadcast},
               Row{"the WAN's broadcast address, from a phone (RFC 2644)", Side::Lan,
                   [](Frame& f) { f.to = "198.51.100.255"_ip; }, Drop::MulticastOrBroadcast},
               Row{"a loopback address", Side::Lan, [](Frame& f) { f.to = "127.0.0.1"_ip; },
                   Drop::MartianDestination},
               Row{"another phone's private address", Side::Lan,
                   [](Frame& f) { f.to = site::kRoutedPhone; }, Drop::PrivateDestination},
               Row{"DHCP from the network", Side::Wan,
                   [](Frame& f) {
                     f.to = site::kWan;
                     f.to_port = 67;
                   },
                   Drop::WanServiceRefused},
               Row{"DHCP broadcast by the network", Side::Wan,
                   [](Frame& f) {
                     f.to_mac = kBroadcastMac;
                     f.to = kBroadcastIp;
                     f.to_port = 67;
                   },
                   Drop::WanServiceRefused},
               Row{"TFTP from the network", Side::Wan,
                   [](Frame& f) {
                     f.to = site::kWan;
                     f.to_port = 69;
                   },
                   Drop::WanServiceRefused},
               Row{"other UDP from the network for us", Side::Wan,
                   [](Frame& f) { f.to = site::kWan; }, Drop::NotAService},
               Row{"an address that is not ours", Side::Wan,
                   [](Frame& f) { f.to = "203.0.113.4"_ip; }, Drop::ForeignDestination},
               Row{"our inner address, from the network", Side::Wan,
                   [](Frame& f) { f.to = site::kLan; }, Drop::ForeignDestination},
               Row{"the network sending as a phone", Side::Wan,
                   [](Frame& f) { f.from = site::kPhone; }, Drop::MartianSource},
               Row{"the network sending as a phone's public address", Side::Wan,
                   [](Frame& f) { f.from = site::kPublic; }, Drop::MartianSource},
               Row{"the network sending as us", Side::Wan, [](Frame& f) { f.from = site::kWan; },
                   Drop::MartianSource},
               Row{"the network sending from nowhere", Side::Wan, [](Frame& f) { f.from = {}; },
                   Drop::MartianSource});
  INFO(row.sentence);
  auto f = row.side == Side::Lan ? site::outbound() : site::inbound();
  row.change(f);
  CHECK(classified(row.side, f.build()).verdict == row.reason);
}

TEST_CASE("a UDP header cut short towards us is a reason of its own", "[datapath]") {
  auto f = site::outbound();
  f.to = site::kLan;
  auto octets = f.build();
  store_be<std::uint16_t>(&octets[14 + 24], 7);
  CHECK(classified(Side::Lan, octets).verdict == Drop::L4Truncated);
}
