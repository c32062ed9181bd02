// SPDX-License-Identifier: BSD-3-Clause
// Who is offered what, and how much of it.
#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

const Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};
const Phone kSoft{.mac = "00:1b:2c:00:00:05"_mac, .vendor_class = "SOFT"};
const Phone kBranch{
    .mac = "00:1b:2c:00:00:06"_mac, .vendor_class = "BRANCH", .giaddr = "10.30.0.1"_ip};

TEST_CASE("first the MAC is looked at, then the identifier", "[gateway][P1][P2][P3]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  bed.set_policy(admission::Verdict::Deny,
                 {{*admission::parse_mac_pattern("00:1b:2c"), admission::Verdict::Allow}});
  using C = dhcp::Counters;
  SECTION("neither valid: the MAC's reason alone") {
    CHECK_FALSE(bed.discover({.mac = "00:99:00:00:00:01"_mac, .vendor_class = "toaster"}));
    CHECK(bed.count(&C::mac_not_valid) == 1);
    CHECK(bed.count(&C::class_not_valid) == 0);
  }
  SECTION("another identifier") {
    CHECK_FALSE(bed.discover({.mac = kPhone.mac, .vendor_class = "toaster"}));
    CHECK(bed.count(&C::class_not_valid) == 1);
  }
  SECTION("no identifier") {
    CHECK_FALSE(bed.discover({.mac = kPhone.mac, .vendor_class = ""}));
    CHECK(bed.count(&C::no_vendor_class) == 1);
  }
  SECTION("another's chaddr in one's own frame") {
    CHECK_FALSE(bed.discover({.mac = kPhone.mac, .frame_source = "00:1b:2c:00:00:09"_mac}));
    CHECK(bed.count(&C::mac_not_valid) == 1);
  }
  SECTION("both valid") { CHECK(bed.discover(kPhone)); }
}

TEST_CASE("the class chooses ports, identities and options", "[gateway][P4][P6]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto sip = bed.lease(kPhone);
  const auto soft = bed.lease(kSoft);
  REQUIRE(sip);
  REQUIRE(soft);
  CHECK(sip->settings.range->size == 2048);
  CHECK_FALSE(sip->settings.tunnel_address);
  CHECK(sip->dns.size() == 4);
  CHECK(sip->file == "acme.bin");
  CHECK(sip->lease_s == 3600);
  CHECK(soft->settings.range->size == 1024);
  REQUIRE(soft->settings.tunnel_address);
  REQUIRE(soft->settings.public_address);
  CHECK(soft->dns.empty());
  CHECK(soft->file.empty());
  CHECK(soft->lease_s == 600);
  CHECK(bed.core->resources().ranges_taken() == 3);
}

TEST_CASE("no range touches a reserved port", "[gateway][P5][N4]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  std::size_t granted = 0;
  for (std::uint8_t i = 0; i < 40; ++i)
    if (const auto ack = bed.lease({.mac = {{0, 0x1b, 0x2c, 0, 1, i}}})) {
      ++granted;
      CHECK_FALSE(ports::touches_reserved(
          *ack->settings.range,
          std::vector<ports::PortSpan>{
              {1719, 1720}, {2427, 2427}, {2727, 2727}, {4500, 4500}, {5060, 5061}}));
    }
  CHECK(granted == 29);  // 32 blocks, of which 0-2047, 2048-4095 and 4096-6143 are reserved
  CHECK(bed.count(&dhcp::Counters::pool_exhausted) == 11);
}

TEST_CASE("an offer is held for a minute and no longer", "[gateway][D-7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto offer = bed.discover(kPhone);
  REQUIRE(offer);
  CHECK(bed.core->resources().ranges_taken() == 1);
  bed.live(30s);
  CHECK(bed.discover(kPhone)->address == offer->address);
  bed.live(59s);
  CHECK(bed.core->book().offers().size() == 1);
  bed.live(2s);
  CHECK(bed.core->book().offers().size() == 0);
  CHECK(bed.core->resources().ranges_taken() == 0);
  bed.select(kPhone, offer->address);
  CHECK(bed.answer()->type == Type::Nak);
}

TEST_CASE("an address that a client asks for is its own if it is free and of its pool",
          "[gateway][D-6]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto wish = "10.20.1.20"_ip;
  CHECK(bed.discover(kPhone, wish)->address == wish);
  SECTION("not if another has it") { CHECK(bed.discover(kSoft, wish)->address != wish); }
  SECTION("not from outside the pool") {
    const auto offer = bed.discover(kSoft, "10.20.2.20"_ip);
    REQUIRE(offer);
    CHECK("10.20.1.0/27"_net.contains(offer->address));
  }
}

TEST_CASE("the link that a relay selects chooses the pool, whatever the relay's own address",
          "[gateway][D-6][D-16]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  auto phone = kPhone;
  phone.giaddr = kBranch.giaddr;
  phone.link_selection = "10.20.0.0"_ip;
  const auto offer = bed.discover(phone);
  REQUIRE(offer);
  CHECK("10.20.1.0/27"_net.contains(offer->address));
  SECTION("a link without a pool of the class: nothing") {
    auto misplaced = kBranch;
    misplaced.link_selection = "10.20.0.0"_ip;
    CHECK_FALSE(bed.discover(misplaced));
    CHECK(bed.count(&dhcp::Counters::address_not_on_link) == 1);
  }
}

TEST_CASE("asked again, a lease in use is offered for no less than is left of it",
          "[gateway][P7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  (void)bed.lease(kPhone);
  auto modest = kPhone;
  modest.lease_s = 60;
  for (int asked = 0; asked < 2; ++asked) {
    bed.say(modest, Type::Discover);
    CHECK(bed.answer()->lease_s == 3600);
  }
}

TEST_CASE("a MAC list that denies at once ends leases at once", "[gateway][P2]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  REQUIRE(bed.lease(kPhone));
  bed.set_policy(admission::Verdict::Deny, {}, gateway::Gateway::OnDeny::AtOnce);
  bed.settle();
  CHECK(bed.published() == 0);
}

TEST_CASE("phones behind a relay are answered through it", "[gateway][D-4]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  SECTION("of our list") {
    const auto ack = bed.lease(kBranch);
    REQUIRE(ack);
    CHECK(ack->to == kBranch.giaddr);
    CHECK("10.30.0.0/24"_net.contains(ack->address));
    CHECK(ack->settings.tunnel_address);
    CHECK(bed.entry(ack->address)->lease.relay == kBranch.giaddr);
  }
  SECTION("of nobody's list: refused, in every state") {
    auto elsewhere = kBranch;
    elsewhere.giaddr = "10.30.0.77"_ip;
    CHECK_FALSE(bed.discover(elsewhere));
    bed.reboot(elsewhere, "10.30.0.5"_ip);
    CHECK(bed.answers().empty());
    CHECK(bed.count(&dhcp::Counters::relay_not_trusted) == 2);
  }
  SECTION("whose network has no pool of the class") {
    auto misplaced = kPhone;
    misplaced.giaddr = kBranch.giaddr;
    CHECK_FALSE(bed.discover(misplaced));
    CHECK(bed.count(&dhcp::Counters::address_not_on_link) == 1);
  }
}

TEST_CASE("one MAC holds one range, whatever identifiers it invents", "[gateway][D-13]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  std::optional<Answer> first;
  for (char i = 'a'; i < 'z'; ++i) {
    const auto ack = bed.lease({.mac = kPhone.mac, .identifier = std::string{"\1id"} + i});
    REQUIRE(ack);
    if (!first) first = ack;
    CHECK(ack->settings.range == first->settings.range);
  }
  CHECK(bed.core->resources().ranges_taken() == 1);
  CHECK(bed.published() == 1);
  SECTION("nor by offers that it does not take") {
    for (char i = 'a'; i < 'z'; ++i)
      bed.discover({.mac = "00:1b:2c:00:00:02"_mac, .identifier = std::string{"\1no"} + i});
    CHECK(bed.core->resources().ranges_taken() == 2);
  }
  SECTION("nor by a change of class") {
    REQUIRE(bed.lease({.mac = kPhone.mac, .vendor_class = "SOFT", .identifier = "\1new"}));
    bed.live(200s, 10s);
    CHECK(bed.core->leases().table().size() == 1);
  }
  SECTION("nor by many of them: what it leaves behind is bounded") {
    std::size_t refused = 0;
    for (int i = 0; i < 20; ++i)
      if (!bed.lease({.mac = kPhone.mac, .vendor_class = i % 2 ? "ACME-T46" : "SOFT"})) ++refused;
    CHECK(refused > 4);
    CHECK(bed.core->resources().ranges_taken() <= 18);
    CHECK(bed.count(&dhcp::Counters::lease_limit) == refused);
  }
}

TEST_CASE("who has a lease is offered it, however many offers strangers hold", "[gateway][D-20]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk, plan_of(kBedConfig), kBedStart, {.offers = 8}, BedStart::Settled);
  const auto lease = bed.lease(kPhone);
  REQUIRE(lease);
  for (std::uint8_t i = 0; i < 20; ++i) bed.discover({.mac = {{0, 0x1b, 0x2c, 1, 0, i}}});
  CHECK(bed.core->book().offers().size() == 6);
  CHECK(bed.count(&dhcp::Counters::too_many_pending) == 14);
  CHECK(bed.discover(kPhone)->address == lease->address);
}

TEST_CASE("a class may let a MAC hold more", "[gateway][D-13]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk, with(std::string{kBedConfig}, "\"ports\": 2048",
                            "\"leases_per_mac\": 2, \"ports\": 2048"));
  const Phone a{.mac = kPhone.mac, .identifier = "\1a"};
  const Phone b{.mac = kPhone.mac, .identifier = "\1b"};
  const Phone c{.mac = kPhone.mac, .identifier = "\1c"};
  const auto first = bed.lease(a);
  REQUIRE(first);
  REQUIRE(bed.discover(a));  // an offer of what it has takes nobody's place
  const auto second = bed.discover(b);
  REQUIRE(second);
  CHECK(second->address != first->address);
  CHECK(bed.discover(b)->address == second->address);
  bed.select(b, second->address);
  bed.settle();
  CHECK(bed.answer()->type == Type::Ack);
  bed.live(5s);
  REQUIRE(bed.lease(c));
  CHECK(bed.core->resources().ranges_taken() == 2);
}

TEST_CASE("nobody takes a lease away by another's identifier", "[gateway][P2]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const Phone owner{.mac = kPhone.mac, .identifier = "\1line-7"};
  const auto ack = bed.lease(owner);
  REQUIRE(ack);
  Phone thief{.mac = "00:1b:2c:00:00:66"_mac, .identifier = "\1line-7"};
  SECTION("of the same class") {}
  SECTION("of another class") { thief.vendor_class = "SOFT"; }
  CHECK_FALSE(bed.lease(thief));
  bed.reboot(thief, ack->address);
  bed.renew(thief, ack->address);
  bed.settle();
  CHECK(bed.published() == 1);
  CHECK(bed.entry(ack->address)->lease.mac == owner.mac);
}

TEST_CASE("a lease is offered to one client at a time", "[gateway][D-7][N2]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const Phone first{.mac = kPhone.mac, .identifier = "\1line-7"};
  const Phone second{.mac = kPhone.mac, .identifier = "\1line-8"};
  const auto had = bed.lease(first);
  REQUIRE(had);
  bed.release(first, had->address);
  bed.live(5s);
  REQUIRE(bed.discover(second)->address == had->address);
  SECTION("to its own again, when that asks") {
    CHECK(bed.discover(first)->address == had->address);
    CHECK(bed.core->book().offers().size() == 1);
  }
  SECTION("to nobody, once its own has it again from another device") {
    REQUIRE(bed.lease({.mac = "00:1b:2c:00:00:02"_mac, .identifier = first.identifier})->address ==
            had->address);
    CHECK(bed.core->book().offers().size() == 0);
  }
  SECTION("to nobody, once its own has asked for it without an offer") {
    bed.reboot(first, had->address);
    bed.settle();
    REQUIRE(bed.answer()->type == Type::Ack);
    CHECK(bed.core->book().offers().size() == 0);
  }
  bed.select(second, had->address);
  bed.settle();
  CHECK(bed.answer()->type == Type::Nak);
}

TEST_CASE("a joint grant takes any block that is free on both sides", "[gateway][P4][U-3]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  std::size_t granted = 0;
  for (std::uint8_t i = 0; i < 32; ++i) {
    const auto ack = bed.lease({.mac = {{0, 0x1b, 0x2c, 0, 2, i}}, .vendor_class = "SOFT"});
    if (ack) ++granted;
  }
  CHECK(granted == 32);  // every private address
  CHECK(bed.core->resources().ranges_taken() == 64);
}

}  // namespace
}  // namespace portico
