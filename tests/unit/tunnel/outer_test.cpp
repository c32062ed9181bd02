// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/outer.hpp"

#include "support/packet_builder.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <vector>

using namespace portico;
using namespace portico::tunnel;
using support::Octets;

namespace {

const OuterRules kEsp{.source = "203.0.113.1"_ip, .destination = "198.51.100.1"_ip};

Octets inner_with(std::uint8_t tos, bool dont_fragment) {
  support::Frame inner;
  inner.from = "10.20.0.7"_ip;
  inner.to = "192.0.2.80"_ip;
  inner.tos = tos;
  inner.dont_fragment = dont_fragment;
  return inner.ip();
}

/// The outer header in front of `payload` octets of 0.
Octets wrapped(const OuterRules& rules, std::size_t payload, const Octets& inner,
               Identifications& identifications) {
  const Outer outer{rules};
  Octets packet(outer.size() + payload);
  outer.write(packet.data(), payload, inner.data(), identifications);
  return packet;
}
Octets wrapped(const OuterRules& rules, std::size_t payload, const Octets& inner) {
  Identifications identifications{7, 8};
  return wrapped(rules, payload, inner, identifications);
}

}  // namespace

TEST_CASE("an outer header is valid and of its ends, its TTL its own", "[tunnel][N-1][E-8]") {
  const auto protocol = GENERATE(wire::kProtocolEsp, wire::kProtocolIpip, wire::kProtocolUdp);
  auto rules = kEsp;
  rules.protocol = protocol;
  for (std::size_t payload = 0; payload < 3000; payload += 7) {
    auto packet = wrapped(rules, payload, inner_with(0, true));
    const auto ip = wire::Ipv4View::parse(packet);
    REQUIRE(ip.has_value());
    CHECK(ip->total_length() == packet.size());
    CHECK(ip->source() == rules.source);
    CHECK(ip->destination() == rules.destination);
    CHECK(ip->protocol() == protocol);
    CHECK(ip->ttl() == 64);
    CHECK_FALSE(ip->has_options());
    CHECK_FALSE(ip->is_fragment());
  }
}

TEST_CASE("ESP in UDP goes from 4500 to the far end's port without a checksum", "[tunnel][E-10]") {
  auto rules = kEsp;
  rules.protocol = wire::kProtocolUdp;
  const auto port = GENERATE(values<std::uint16_t>({4500, 1024}));
  if (port != 4500) rules.port = port;
  const auto packet = wrapped(rules, 100, inner_with(0, true));
  const auto udp = wire::UdpView::parse(wire::Ipv4View::parse(packet)->payload());
  REQUIRE(udp.has_value());
  CHECK(udp->source_port() == 4500);
  CHECK(udp->destination_port() == port);
  CHECK(udp->length() == 108);
  CHECK(udp->checksum() == 0);
}

TEST_CASE("the class of a packet is copied or fixed, its ECN always copied", "[tunnel][N-3]") {
  for (unsigned tos = 0; tos < 256; ++tos) {
    auto rules = kEsp;
    const auto inner = inner_with(static_cast<std::uint8_t>(tos), true);
    CHECK(wire::Ipv4View::parse(wrapped(rules, 64, inner))->tos() == tos);
    rules.dscp = 46;
    CHECK(wire::Ipv4View::parse(wrapped(rules, 64, inner))->tos() == (46u << 2 | (tos & 3)));
  }
}

TEST_CASE("may an outer packet be fragmented?", "[tunnel][N-1][E-8]") {
  struct Row {
    const char* sentence;
    std::uint8_t protocol;
    DontFragment rule;
    bool inner;
    bool outer;
  };
  using enum DontFragment;
  const auto row = GENERATE(values<Row>({
      {"as the inner one: no", wire::kProtocolEsp, Copy, true, true},
      {"as the inner one: yes", wire::kProtocolEsp, Copy, false, false},
      {"never, the inner one neither", wire::kProtocolEsp, Set, true, true},
      {"never, the inner one might", wire::kProtocolEsp, Set, false, true},
      {"always, the inner one not", wire::kProtocolEsp, Clear, true, false},
      {"always, the inner one too", wire::kProtocolEsp, Clear, false, false},
      {"in UDP as without it", wire::kProtocolUdp, Copy, true, true},
      {"IP in IP: as the inner one", wire::kProtocolIpip, Copy, false, false},
      {"IP in IP: never where the inner one must not, whatever the rule", wire::kProtocolIpip,
       Clear, true, true},
      {"IP in IP: else by the rule", wire::kProtocolIpip, Clear, false, false},
      {"IP in IP: never", wire::kProtocolIpip, Set, false, true},
  }));
  INFO(row.sentence);
  auto rules = kEsp;
  rules.protocol = row.protocol;
  rules.dont_fragment = row.rule;
  const auto packet = wrapped(rules, 64, inner_with(0, row.inner));
  CHECK(wire::Ipv4View::parse(packet)->dont_fragment() == row.outer);
}

TEST_CASE("an identification is for packets that may be fragmented", "[tunnel][F-10]") {
  Identifications identifications{0, 1};
  std::vector<std::uint16_t> given;
  for (const bool dont_fragment : {false, true, true, false, true, false}) {
    const auto packet = wrapped(kEsp, 64, inner_with(0, dont_fragment), identifications);
    given.push_back(wire::Ipv4View::parse(packet)->identification());
  }
  CHECK(given == std::vector<std::uint16_t>{0, 0, 0, 1, 0, 2});
}

TEST_CASE("no two of all the workers' identifications are the same", "[tunnel][F-10]") {
  const std::size_t workers = GENERATE(1u, 2u, 3u, 8u, 13u);
  std::vector<Identifications> of_workers;
  for (std::size_t w = 0; w < workers; ++w) of_workers.emplace_back(w, workers);
  std::set<std::uint16_t> given;
  const std::size_t each = 65536 / std::bit_ceil(workers);
  for (std::size_t i = 0; i < each; ++i)
    for (auto& identifications : of_workers) given.insert(identifications.next());
  CHECK(given.size() == each * workers);
}
