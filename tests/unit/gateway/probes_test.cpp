// SPDX-License-Identifier: BSD-3-Clause
#include "support/gateway_bed.hpp"
#include "wire/arp.hpp"
#include "wire/icmp.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

constexpr Duration kWait = 500ms;
const Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};
const Phone kOther{.mac = "00:1b:2c:00:00:02"_mac};
const Phone kBranch{
    .mac = "00:1b:2c:00:00:06"_mac, .vendor_class = "BRANCH", .giaddr = "10.30.0.1"_ip};
const Mac kSquatter = "02:00:00:00:0b:ad"_mac;

/// An echo request of the gateway's.
struct Ping {
  Mac to_mac;
  Ipv4 to;
  std::uint16_t identifier;
  std::uint16_t sequence;
};

/// A gateway that probes, on a LAN where others may answer.
struct Bed : GatewayBed {
  explicit Bed(lease::LeaseStore& disk, Now start = support::kBedStart)
      : GatewayBed(disk, kBedConfig, start, 8192, kWait) {}

  /// The address that the last ARP request asks for, if that was sent last.
  [[nodiscard]] std::optional<Ipv4> asked_for() const {
    if (world.sent.empty()) return std::nullopt;
    const auto ethernet = wire::EthernetView::parse(Bytes{world.sent.back().frame});
    const auto arp = wire::ArpView::parse(ethernet->payload());
    if (!arp || arp->operation() != wire::ArpOperation::Request) return std::nullopt;
    return arp->target();
  }
  /// What was sent last, if that was a ping.
  [[nodiscard]] std::optional<Ping> pinged() const {
    if (world.sent.empty()) return std::nullopt;
    const auto ethernet = wire::EthernetView::parse(Bytes{world.sent.back().frame});
    const auto ip = wire::Ipv4View::parse(ethernet->payload());
    if (!ip || ip->protocol() != wire::kProtocolIcmp) return std::nullopt;
    const auto message = wire::IcmpView::parse(ip->payload());
    return Ping{ethernet->destination(), ip->destination(), message->identifier(),
                message->sequence()};
  }
  /// `mac` says that it has the address: to our question, or any time.
  void claim(const Mac& mac, Ipv4 address) {
    (void)core->on_arp(Side::Lan, arp_request(kGatewayMac, mac, address, kGatewayLan), now);
  }
  gateway::Gateway::Outcome answer_ping(const Mac& mac, const Ping& ping) {
    const Frame reply{.to_mac = kGatewayMac,
                      .from_mac = mac,
                      .from = ping.to,
                      .to = kGatewayLan,
                      .protocol = wire::kProtocolIcmp,
                      .from_port = ping.identifier,
                      .to_port = ping.sequence,
                      .icmp_type = wire::kIcmpEchoReply};
    return core->on_icmp(Side::Lan, reply.build(), now);
  }
  /// Who has the address that is being probed answers in full.
  Ipv4 squat(const Mac& mac) {
    const auto address = *asked_for();
    claim(mac, address);
    const auto ping = pinged();
    REQUIRE(ping);
    CHECK_FALSE(answer_ping(mac, *ping));
    return address;
  }
  std::optional<Answer> answer_after(Duration time) {
    pass(time);
    turn();
    return answer();
  }
};

TEST_CASE("an address new to a phone is offered when nobody answered for it", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  const auto asked = bed.asked_for();
  REQUIRE(asked);
  CHECK_FALSE(bed.answer());
  CHECK_FALSE(bed.answer_after(kWait - 1ms));
  const auto offer = bed.answer_after(1ms);
  REQUIRE(offer);
  CHECK(offer->type == Type::Offer);
  CHECK(offer->address == asked);
  CHECK(offer->lease_s == 3600);
  bed.select(kPhone, *asked);
  bed.settle();
  CHECK(bed.answer()->type == Type::Ack);
}

TEST_CASE("an address that answers a ping is withheld, and another offered", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  const auto taken = bed.squat(kSquatter);
  CHECK(bed.asked_for() != taken);
  const auto offer = bed.answer_after(kWait);
  REQUIRE(offer);
  CHECK(offer->address != taken);
  const auto* entry = bed.entry(taken);
  REQUIRE(entry);
  CHECK(entry->lease.state == lease::State::Declined);
  CHECK(entry->lease.mac == kSquatter);
  CHECK(bed.core->leases().counters().found_in_use.value() == 1);
  CHECK(bed.core->book().last_squatter()->address == taken);
  CHECK(bed.core->book().last_squatter()->mac == kSquatter);
  bed.settle();
  REQUIRE(bed.world.written.size() == 1);
  CHECK(bed.world.written.front().event == lease::Event::Declined);
  SECTION("for as long as after a DECLINE") {
    bed.pass(86399s);
    bed.settle();
    CHECK(bed.entry(taken));
    bed.live(2s);
    CHECK_FALSE(bed.entry(taken));
  }
  SECTION("also when the gateway starts again") {
    Bed again(disk, bed.now);
    REQUIRE(again.entry(taken));
    CHECK(again.entry(taken)->lease.state == lease::State::Declined);
    CHECK(again.core->leases().counters().not_allowed.value() == 0);
  }
}

TEST_CASE("only an answer from the address itself keeps it from a phone", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  const auto asked = *bed.asked_for();
  const auto claimed = [&bed](const Mac& mac, Ipv4 address) {
    bed.claim(mac, address);
    return *bed.pinged();
  };
  SECTION("ARP alone, which some networks answer for everybody") { claimed(kSquatter, asked); }
  SECTION("the phone itself has it") {
    CHECK_FALSE(bed.answer_ping(kPhone.mac, claimed(kPhone.mac, asked)));
  }
  SECTION("a reply that was guessed before the ping was sent") {
    CHECK(bed.answer_ping(kSquatter, {{}, asked, 1, 1}) == stats::Drop::IcmpNotAnswered);
  }
  SECTION("a reply to another ping") {
    auto ping = claimed(kSquatter, asked);
    ++ping.identifier;
    CHECK(bed.answer_ping(kSquatter, ping) == stats::Drop::IcmpNotAnswered);
  }
  SECTION("a reply of another host") {
    auto ping = claimed(kSquatter, asked);
    ping.to = "10.20.200.1"_ip;
    CHECK(bed.answer_ping(kSquatter, ping) == stats::Drop::IcmpNotAnswered);
  }
  SECTION("a reply that comes too late") {
    const auto ping = claimed(kSquatter, asked);
    CHECK(bed.answer_after(kWait)->address == asked);
    CHECK(bed.answer_ping(kSquatter, ping) == stats::Drop::IcmpNotAnswered);
    return;
  }
  CHECK(bed.answer_after(kWait)->address == asked);
}

TEST_CASE("who gets its own address back does not wait", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  const auto address = bed.answer_after(kWait)->address;
  SECTION("from an offer") {}
  SECTION("from a lease, and nobody waits for another's probe") {
    bed.select(kPhone, address);
    bed.settle();
    CHECK(bed.answer()->type == Type::Ack);
    bed.say(kOther, Type::Discover);
  }
  SECTION("from a lease that ended") {
    bed.select(kPhone, address);
    bed.settle();
    bed.release(kPhone, address);
    bed.live(200s);
    bed.world.sent.clear();
  }
  const auto offer = bed.discover(kPhone);
  REQUIRE(offer);
  CHECK(offer->address == address);
}

TEST_CASE("who asks again while its address is probed is answered once", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  bed.pass(kWait / 2);
  auto phone = kPhone;
  SECTION("as the same client") {}
  SECTION("under another identifier") { phone.identifier = "another"; }
  bed.say(phone, Type::Discover);
  CHECK(bed.core->probes().counters().begun.value() == 1);
  CHECK(bed.answer_after(kWait / 2));
  CHECK_FALSE(bed.answer_after(kWait));
}

TEST_CASE("what is not offered yet cannot be asked for", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  const auto asked = *bed.asked_for();
  bed.world.sent.clear();
  SECTION("it is refused") {
    bed.select(kPhone, asked);
    CHECK(bed.answer()->type == Type::Nak);
  }
  SECTION("who goes to another server meanwhile hears no more of us") {
    bed.say(kPhone, Type::Request,
            {{code::kServerIdentifier, "10.20.0.9"_ip}, {code::kRequestedAddress, asked}});
    CHECK_FALSE(bed.answer_after(kWait));
    CHECK(bed.core->resources().ranges_taken() == 0);
  }
}

TEST_CASE("one device keeps only so many addresses from the phones", "[gateway][D-7][D-20]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  for (int i = 0; i < 8; ++i) bed.squat(kSquatter);
  const auto ninth = bed.squat(kSquatter);
  const auto offer = bed.answer();
  REQUIRE(offer);
  CHECK(offer->address == ninth);
  CHECK(bed.core->leases().counters().found_in_use.value() == 8);
}

TEST_CASE("where every address is in use nothing is offered", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kPhone, Type::Discover);
  std::uint8_t squatters = 0;
  while (bed.asked_for() && squatters < 40) bed.squat({{2, 0, 0, 0, 1, ++squatters}});
  CHECK(squatters == 29);  // as many as there are ranges
  CHECK_FALSE(bed.answer_after(kWait));
  CHECK(bed.count(&dhcp::Counters::pool_exhausted) == 1);
}

TEST_CASE("beyond so many probes at once addresses are offered as they are", "[gateway][D-7]") {
  fake::MemoryStore disk;
  auto config = with(std::string{kBedConfig}, "10.20.1.31", "10.20.9.255");
  config = with(config, "203.0.113.0/32", "203.0.113.0/26");
  GatewayBed bed(disk, config, support::kBedStart, 8192, kWait);
  const auto phone = [](std::size_t i) {
    return Phone{.mac = {{0, 0x1b, 0x2c, 1, 0, static_cast<std::uint8_t>(i)}}};
  };
  for (std::size_t i = 0; i < dhcp::kMostOffersPending; ++i) CHECK_FALSE(bed.discover(phone(i)));
  CHECK(bed.discover(phone(dhcp::kMostOffersPending)));
  CHECK(bed.core->probes().counters().shed.value() == 1);
  bed.pass(kWait);
  bed.turn();
  CHECK(bed.answers().size() == dhcp::kMostOffersPending);
  CHECK(bed.core->probes().counters().silent.value() == dhcp::kMostOffersPending);
}

TEST_CASE("behind a router an address is pinged by way of it", "[gateway][D-7]") {
  fake::MemoryStore disk;
  Bed bed(disk);
  bed.say(kBranch, Type::Discover);
  const auto ping = bed.pinged();
  REQUIRE(ping);
  CHECK(ping->to_mac == kBranchRouterMac);
  SECTION("nobody answers") { CHECK(bed.answer_after(kWait)->address == ping->to); }
  SECTION("somebody does, and the router brings it") {
    CHECK_FALSE(bed.answer_ping(kBranchRouterMac, *ping));
    const auto offer = bed.answer_after(kWait);
    REQUIRE(offer);
    CHECK(offer->address != ping->to);
  }
}

TEST_CASE("where probing is off an address is offered at once", "[gateway][D-7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  CHECK(bed.discover(kPhone));
  CHECK(bed.core->probes().counters().begun.value() == 0);
}

}  // namespace
}  // namespace portico
