// SPDX-License-Identifier: BSD-3-Clause
// What comes out of a tunnel is believed no more than what comes from anywhere: each end asks
// whether it is the tunnel's. What must not go on is dropped, and nobody is told: an error would
// have to leave in the plain.
#include <catch2/catch.hpp>

#include "refusals.hpp"

using namespace portico;
using namespace portico::site;
using stats::Drop;
using support::Frame;
using support::Octets;
using tunnel::Counters;

namespace {

/// An inner packet, changed in one thing before it is sealed.
template <class Change>
Refused at_gateway(const std::string& what, Drop why, TunnelCount counter, const Change& change) {
  auto inner = inner_to_phone();
  change(inner);
  return {what, EspPacket{.inner = inner.ip()}.frame(), why, counter};
}
template <class Change>
Refused at_concentrator(const std::string& what, Drop why, TunnelCount counter,
                        const Change& change) {
  auto inner = inner_to_server();
  change(inner);
  return {what, EspPacket{.way = kToConcentrator, .inner = inner.ip()}.frame(), why, counter};
}

/// The octets of an inner packet, spoilt where no builder would.
template <class Spoil>
Refused spoilt(const std::string& what, const Spoil& spoil) {
  auto octets = inner_to_phone().ip();
  spoil(octets);
  return {what, EspPacket{.inner = octets}.frame(), Drop::TunnelMalformed, &Counters::malformed};
}

const auto kBadSelectors = &Counters::bad_selectors;

}  // namespace

TEST_CASE("what is inside and no valid IPv4 packet is malformed", "[datapath][E-11][F-1]") {
  const auto wrong = GENERATE(
      spoilt("not IPv4", [](Octets& o) { o[0] = 0x65; }),
      spoilt("a header of four words", [](Octets& o) { o[0] = 0x44; }),
      spoilt("longer than it is", [](Octets& o) { store_be<std::uint16_t>(&o[2], 1000); }),
      spoilt("shorter than its header", [](Octets& o) { store_be<std::uint16_t>(&o[2], 19); }),
      spoilt("a wrong checksum", [](Octets& o) { o[10] ^= 1; }),
      spoilt("half a header", [](Octets& o) { o.resize(10); }));
  TunnelEnds ends;
  check_refused_at_gateway(ends, wrong);
}

TEST_CASE("what a worker takes out of a tunnel is counted for its SA", "[datapath][E-9]") {
  TunnelEnds ends;
  const auto& sa = *ends.concentrator.tunnels().entries().front()->sets.front()->receivers()[0];
  const auto size = to_server().ip().size();
  const auto sealed = ends.from_phone(to_server().build());
  REQUIRE(sealed.size() == 1);
  CHECK(ends.to_concentrator(sealed[0]).size() == 1);
  CHECK(sa.octets.value() == size);
  CHECK(ends.to_concentrator(sealed[0]).empty());
  auto forged = ends.from_phone(to_server().build())[0];
  forged.back() ^= 1;
  CHECK(ends.to_concentrator(forged).empty());
  CHECK(sa.octets.value() == size);  // neither of what is replayed nor of what is forged
}

TEST_CASE("the gateway takes out of a tunnel what is from there and for its own phones",
          "[datapath][T6][E-7]") {
  const auto wrong = GENERATE(
      at_gateway("options", Drop::IpOptions, kUncounted,
                 [](Frame& f) { f.ip_options = Octets(4, 1); }),
      at_gateway("a fragment", Drop::IpFragment, kUncounted, [](Frame& f) { f.fragment = 0x2000; }),
      at_gateway("another tunnel inside", Drop::UnsupportedProtocol, kUncounted,
                 [](Frame& f) { f.protocol = wire::kProtocolIpip; }),
      at_gateway("an ICMP error", Drop::IcmpError, kUncounted,
                 [](Frame& f) {
                   f.protocol = wire::kProtocolIcmp;
                   f.icmp_type = 3;
                 }),
      at_gateway("from outside what the tunnel leads to", Drop::TunnelSelector, kBadSelectors,
                 [](Frame& f) { f.from = kServer; }),
      at_gateway("from a phone", Drop::TunnelSelector, kBadSelectors,
                 [](Frame& f) { f.from = kPhone; }),
      at_gateway("for a port that nobody holds", Drop::PortUnheld, kUncounted,
                 [](Frame& f) { f.to_port = 1024; }),
      at_gateway("for the port behind the phone's last", Drop::PortUnheld, kUncounted,
                 [](Frame& f) { f.to_port = kPorts.last() + 1; }),
      at_gateway("for an identifier that nobody holds", Drop::EchoIdUnheld, kUncounted,
                 [](Frame& f) {
                   f.protocol = wire::kProtocolIcmp;
                   f.from_port = 1024;
                 }),
      at_gateway("for a phone by its private address", Drop::PortUnheld, kUncounted,
                 [](Frame& f) { f.to = kPhone; }),
      at_gateway("for a phone by its public address", Drop::PortUnheld, kUncounted,
                 [](Frame& f) {
                   f.to = kPublic;
                   f.to_port = kRoutedPorts.first;
                 }),
      at_gateway("for the gateway", Drop::PortUnheld, kUncounted, [](Frame& f) { f.to = kLan; }),
      at_gateway("at the end of its time", Drop::TtlExceeded, kUncounted,
                 [](Frame& f) { f.ttl = 1; }),
      at_gateway("too big for the LAN", Drop::TooBig, kUncounted,
                 [](Frame& f) {
                   f.payload.resize(1480);
                   f.dont_fragment = true;
                 }),
      at_gateway("too big, and may be cut", Drop::TooBig, kUncounted,
                 [](Frame& f) { f.payload.resize(1480); }));
  TunnelEnds ends;
  ends.gateway.order(orders::AddBinding{routed_binding()});
  check_refused_at_gateway(ends, wrong);
}

TEST_CASE("a phone hears by its own tunnel only", "[datapath][T6][E-7]") {
  auto other = second_record();
  other.gateway = kWan;
  TunnelEnds ends{{.records = {record(), other}}};
  auto neighbour = tunnelled_binding();
  neighbour.private_address = kRoutedPhone;
  neighbour.tunnel_address = "10.99.0.4"_ip;
  neighbour.tunnel = 2;
  ends.gateway.order(orders::AddBinding{neighbour});
  auto inner = inner_to_phone();
  inner.to = neighbour.tunnel_address;
  check_refused_at_gateway(ends, {"by the other's", EspPacket{.inner = inner.ip()}.frame(),
                                  Drop::TunnelSelector, kBadSelectors});
  CHECK(ends.to_gateway(EspPacket{.record = other, .inner = inner.ip()}.frame()).size() == 1);
}

TEST_CASE("a phone's address with the provider is nobody's outside the tunnel",
          "[datapath][T6][E-7]") {
  TunnelEnds ends;
  auto plain = to_phone();
  plain.to_mac = kWanMac;
  check_refused_at_gateway(ends, {"in the plain", plain.build(), Drop::ForeignDestination});
}

TEST_CASE("the concentrator takes out of a tunnel what is from its blocks and for the provider",
          "[datapath][T4][E-7]") {
  const auto wrong = GENERATE(
      at_concentrator("from an address of nobody's block", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) { f.from = "10.99.0.9"_ip; }),
      at_concentrator("from another tunnel's address", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) { f.from = "10.99.0.4"_ip; }),
      at_concentrator("from another tunnel's ports", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) { f.from_port = 40000; }),
      at_concentrator("from another tunnel's identifiers", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) {
                        f.protocol = wire::kProtocolIcmp;
                        f.from_port = 40000;
                      }),
      at_concentrator("from an address of the provider's", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) { f.from = kSipServer; }),
      at_concentrator("from the gateway itself", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) { f.from = kWan; }),
      at_concentrator("for what the tunnel does not lead to", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) { f.to = kServer; }),
      at_concentrator("for the concentrator's outer address", Drop::TunnelSelector, kBadSelectors,
                      [](Frame& f) { f.to = kConcentrator; }),
      at_concentrator("options", Drop::IpOptions, kUncounted,
                      [](Frame& f) { f.ip_options = Octets(4, 1); }),
      at_concentrator("a fragment", Drop::IpFragment, kUncounted,
                      [](Frame& f) { f.fragment = 0x2000; }),
      at_concentrator("at the end of its time", Drop::TtlExceeded, kUncounted,
                      [](Frame& f) { f.ttl = 1; }),
      at_concentrator("too big for the provider's network", Drop::TooBig, kUncounted, [](Frame& f) {
        f.payload.resize(1480);
        f.dont_fragment = true;
      }));
  auto mine = record(), others = second_record();
  mine.blocks = {{kProvider, 0, 32767}};
  others.blocks = {{kProvider, 32768, 65535}, {"10.99.0.4"_ip, 0, 65535}};
  TunnelEnds ends{{.records = {mine, others}}};
  check_refused_at_concentrator(ends, wrong);
}

TEST_CASE("what is behind the tunnels comes out of them only, from where each leads to",
          "[datapath][T5][E-7]") {
  TunnelEnds ends;
  const auto wrong = [](const std::string& what, Drop why, TunnelCount counter, Ipv4 from,
                        Ipv4 to = kProvider) {
    auto f = to_phone();
    f.from = from;
    f.to = to;
    return Refused{what, f.build(), why, counter};
  };
  check_refused_from_provider(
      ends, wrong("from a block", Drop::MartianSource, kUncounted, "10.99.0.4"_ip));
  check_refused_from_provider(
      ends, wrong("from the concentrator", Drop::MartianSource, kUncounted, "10.99.8.1"_ip));
  check_refused_from_provider(
      ends, wrong("from elsewhere", Drop::TunnelSelector, kBadSelectors, "10.98.0.1"_ip));
  check_refused_from_provider(
      ends, wrong("for nobody", Drop::PortUnheld, kUncounted, kSipServer, "10.99.0.9"_ip));
  auto echo = to_phone();
  echo.protocol = wire::kProtocolIcmp;
  echo.to = "10.99.0.9"_ip;
  check_refused_from_provider(ends, {"an echo for nobody", echo.build(), Drop::EchoIdUnheld});
}

TEST_CASE("gateway speaks to gateway through the concentrator, where both tunnels lead there",
          "[datapath][T4][T5]") {
  auto mine = record(), others = second_record();
  auto inner = inner_to_server();
  inner.to = "10.99.0.4"_ip;
  const auto packet = [&inner] {
    return EspPacket{.way = kToConcentrator, .inner = inner.ip()}.frame();
  };
  SECTION("it does") {
    mine.remote = others.remote = {"10.99.0.0/16"_net};
    TunnelEnds ends{{.records = {mine, others}}};
    CHECK(ends.to_concentrator(packet()).empty());
    const auto sent = ends.sent_by_wan();
    REQUIRE(sent.size() == 1);
    CHECK(outer_destination(sent[0]) == others.gateway);
    CHECK(spi_of(sent[0]) == others.spi_in);
    CHECK(ends.concentrator.counters(1).packets_in.value() == 1);
    CHECK(ends.concentrator.counters(2).packets_out.value() == 1);
  }
  SECTION("mine does not") {
    others.remote = {"10.99.0.0/16"_net};
    TunnelEnds ends{{.records = {mine, others}}};
    check_refused_at_concentrator(ends, {"outward", packet(), Drop::TunnelSelector, kBadSelectors});
  }
  SECTION("the other's does not") {
    mine.remote = {"10.99.0.0/16"_net};
    TunnelEnds ends{{.records = {mine, others}}};
    const Refused refused{"inward", packet(), Drop::TunnelSelector, kBadSelectors};
    check_refusal(
        ends.concentrator, refused, [&](const auto& f) { return ends.to_concentrator(f); }, 2);
  }
  SECTION("nobody is told of the end of its time") {
    mine.remote = others.remote = {"10.99.0.0/16"_net};
    inner.ttl = 1;
    TunnelEnds ends{{.records = {mine, others}}};
    check_refused_at_concentrator(ends, {"TTL 1", packet(), Drop::TtlExceeded});
  }
}
