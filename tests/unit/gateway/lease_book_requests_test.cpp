// SPDX-License-Identifier: BSD-3-Clause
// What becomes of an offer or a lease when its client speaks: REQUEST, DECLINE, RELEASE, INFORM.
#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

const Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};

TEST_CASE("who takes another server's offer leaves ours", "[gateway][D-8]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto offer = bed.discover(kPhone);
  const auto take_other = [&](const Phone& phone) {
    bed.say(phone, Type::Request,
            {{code::kServerIdentifier, "10.20.0.9"_ip}, {code::kRequestedAddress, offer->address}});
  };
  SECTION("said by another device: not believed") {
    auto forged = kPhone;
    forged.frame_source = "00:1b:2c:00:00:09"_mac;
    take_other(forged);
    CHECK(bed.core->resources().ranges_taken() == 1);
  }
  SECTION("said by itself") {
    take_other(kPhone);
    CHECK(bed.core->resources().ranges_taken() == 0);
  }
  CHECK(bed.answers().empty());
}

TEST_CASE("a REQUEST is answered by what is known of its client", "[gateway][D-8]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto ack = bed.lease(kPhone);
  REQUIRE(ack);
  const Phone stranger{.mac = "00:1b:2c:00:00:42"_mac};
  const auto answer_type = [&]() -> std::optional<Type> {
    bed.settle();
    const auto answer = bed.answer();
    return answer ? std::optional{answer->type} : std::nullopt;
  };
  SECTION("rebooted, its address: ACK") {
    bed.reboot(kPhone, ack->address);
    CHECK(answer_type() == Type::Ack);
  }
  SECTION("rebooted, another address: NAK") {
    bed.reboot(kPhone, "10.20.1.30"_ip);
    CHECK(answer_type() == Type::Nak);
  }
  SECTION("rebooted on another network: NAK") {
    auto moved = kPhone;
    moved.giaddr = "10.30.0.1"_ip;
    bed.reboot(moved, ack->address);
    CHECK(answer_type() == Type::Nak);
  }
  SECTION("rebooted, not known: silence") {
    bed.reboot(stranger, ack->address);
    CHECK_FALSE(answer_type());
    CHECK(bed.count(&dhcp::Counters::unknown_client) == 1);
  }
  SECTION("selecting what was not offered: NAK") {
    bed.select(stranger, ack->address);
    CHECK(answer_type() == Type::Nak);
  }
  SECTION("renewing what nobody has: NAK") {
    bed.renew(stranger, "10.20.1.30"_ip);
    CHECK(answer_type() == Type::Nak);
  }
  SECTION("renewing without identifier: the class it has") {
    auto silent = kPhone;
    silent.vendor_class.clear();
    bed.renew(silent, ack->address);
    CHECK(answer_type() == Type::Ack);
  }
  SECTION("renewing with an identifier of another class: NAK") {
    auto changed = kPhone;
    changed.vendor_class = "SOFT";
    bed.renew(changed, ack->address);
    CHECK(answer_type() == Type::Nak);
  }
  SECTION("renewing in another device's frame: silence") {
    auto forged = kPhone;
    forged.frame_source = stranger.mac;
    bed.renew(forged, ack->address);
    CHECK_FALSE(answer_type());
  }
  SECTION("renewing when its MAC is not admitted any more: NAK, and the end") {
    bed.set_policy(admission::Verdict::Deny, {});
    CHECK(bed.published() == 1);
    bed.renew(kPhone, ack->address);
    CHECK(answer_type() == Type::Nak);
    CHECK(bed.published() == 0);
  }
  SECTION("asking for less time than its class gives, but it has more left") {
    auto modest = kPhone;
    modest.lease_s = 300;
    bed.live(600s, 100s);
    bed.renew(modest, ack->address);
    bed.settle();
    CHECK(bed.answer()->lease_s == 3000);
    bed.live(2800s, 100s);
    bed.renew(modest, ack->address);
    bed.settle();
    CHECK(bed.answer()->lease_s == 300);
  }
}

TEST_CASE("a renewal for less time, whose ACK is lost, takes nothing from its phone",
          "[gateway][P7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto ack = bed.lease(kPhone);
  auto modest = kPhone;
  modest.lease_s = 60;
  bed.renew(modest, ack->address);
  bed.pass(11s);  // longer than a client waits for an answer
  bed.settle();
  REQUIRE_FALSE(bed.answer());
  bed.live(3500s, 100s);
  CHECK(bed.entry(ack->address)->lease.state == lease::State::Bound);
  CHECK(bed.published() == 1);
}

TEST_CASE("a lease is ended by its own device only", "[gateway][D-11]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto ack = bed.lease(kPhone);
  auto forged = kPhone;
  SECTION("by another's frame") { forged.frame_source = "00:1b:2c:00:00:09"_mac; }
  SECTION("by a relay that is none of ours") { forged.giaddr = "10.20.9.9"_ip; }
  SECTION("by another's chaddr under its identifier") {
    forged.mac = "00:1b:2c:00:00:09"_mac;
    forged.identifier = std::string{"\0\1\0\x1b\x2c\0\0\1", 8};
  }
  bed.decline(forged, ack->address);
  bed.release(forged, ack->address);
  bed.settle();
  CHECK(bed.published() == 1);
}

TEST_CASE("an INFORM is told its class's parameters, and its own ports", "[gateway][D-11]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto ack = bed.lease(kPhone);
  bed.say(kPhone, Type::Inform, {}, ack->address);
  const auto told = bed.answer();
  REQUIRE(told);
  CHECK(told->address.is_zero());
  CHECK(told->lease_s == 0);
  CHECK(told->settings.range == ack->settings.range);
  CHECK(told->dns == ack->dns);
  SECTION("not another's, whose address it says is its own") {
    bed.say({.mac = "00:1b:2c:00:00:02"_mac}, Type::Inform, {}, ack->address);
    const auto other = bed.answer();
    REQUIRE(other);
    CHECK_FALSE(other->settings.range);
  }
}

}  // namespace
}  // namespace portico
