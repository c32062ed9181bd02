// SPDX-License-Identifier: BSD-3-Clause
#include "wire/ethernet.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/octets.hpp"

using namespace portico;
using namespace portico::wire;

namespace {

const Mac kTo = "02:00:00:00:00:01"_mac;
const Mac kFrom = "02:00:00:00:00:02"_mac;

Octets frame(std::uint16_t vlan, std::size_t payload) {
  const EthernetHeader header{.destination = kTo, .source = kFrom, .vlan = vlan, .type = kEtherArp};
  Octets f(header.size() + payload, 0xee);
  header.write(f);
  return f;
}

}  // namespace

TEST_CASE("an Ethernet header is read as it was written, tagged or not", "[wire]") {
  const auto vlan = GENERATE(std::uint16_t{0}, std::uint16_t{7}, std::uint16_t{4094});
  const auto f = frame(vlan, 3);
  const auto e = EthernetView::parse(f);
  REQUIRE(e);
  CHECK(e->destination() == kTo);
  CHECK(e->source() == kFrom);
  CHECK(e->tagged() == (vlan != 0));
  CHECK(e->vlan() == vlan);
  CHECK(e->type() == kEtherArp);
  CHECK(e->header_size() == (vlan == 0 ? 14 : 18));
  CHECK(e->payload().size() == 3);
}

TEST_CASE("a frame is at least its header, the tag included", "[wire]") {
  CHECK(shortest_accepted<EthernetView>(frame(0, 0)) == 14);
  CHECK(shortest_accepted<EthernetView>(frame(7, 0)) == 18);
}

TEST_CASE("priority and drop eligibility are no part of the VLAN", "[wire]") {
  auto f = frame(7, 0);
  f[14] |= 0xf0;
  CHECK(EthernetView::parse(f)->vlan() == 7);
  SECTION("a tag with a priority only is VLAN 0, and still a tag") {
    store_be<std::uint16_t>(&f[14], 0xe000);
    CHECK(EthernetView::parse(f)->tagged());
    CHECK(EthernetView::parse(f)->vlan() == 0);
  }
}

TEST_CASE("of two tags the inner one is the payload's", "[wire]") {
  auto f = frame(7, 4);
  store_be<std::uint16_t>(&f[16], kEtherVlan);
  CHECK(EthernetView::parse(f)->type() == kEtherVlan);
}

TEST_CASE("editing changes the two addresses and nothing else", "[wire]") {
  auto f = frame(7, 3);
  const auto before = f;
  const auto e = EthernetEdit::parse(f);
  e->set_destination(kFrom);
  e->set_source(kTo);
  CHECK(EthernetView::parse(f)->destination() == kFrom);
  CHECK(EthernetView::parse(f)->source() == kTo);
  CHECK(Octets(f.begin() + 12, f.end()) == Octets(before.begin() + 12, before.end()));
}
