// SPDX-License-Identifier: BSD-3-Clause
#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

const Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};
const Phone kOther{.mac = "00:1b:2c:00:00:02"_mac};

/// The holder of a lease that it has had for a while.
struct Held : GatewayBed {
  explicit Held(fake::MemoryStore& disk) : GatewayBed(disk), ack(*lease(kPhone)) {}
  Answer ack;
  [[nodiscard]] lease::State state() { return entry(ack.address)->lease.state; }
};

TEST_CASE("an ACK leaves when the lease is on disk and in every worker, not before",
          "[gateway][P7][D-9]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto offer = bed.discover(kPhone);
  REQUIRE(offer);
  CHECK(disk.leases().empty());
  bed.select(kPhone, offer->address);
  bed.turn();
  CHECK(bed.answers().empty());
  CHECK(bed.published() == 0);
  bed.write();
  bed.turn();
  REQUIRE(disk.leases().size() == 1);
  CHECK(bed.answers().empty());
  bed.workers[0]->serve();
  bed.turn();
  CHECK(bed.answers().empty());
  bed.workers[1]->serve();
  bed.turn();
  const auto ack = bed.answer();
  REQUIRE(ack);
  CHECK(ack->type == Type::Ack);
  CHECK(ack->address == offer->address);
  CHECK(ack->settings.range == offer->settings.range);
  CHECK(bed.published(0) == 1);
  CHECK(bed.published(1) == 1);
}

TEST_CASE("a renewal is acknowledged when it is on disk, and orders nothing", "[gateway][P7]") {
  fake::MemoryStore disk;
  Held bed(disk);
  bed.live(1800s, 100s);
  bed.renew(kPhone, bed.ack.address);
  bed.turn();
  CHECK(bed.answers().empty());
  bed.write();
  CHECK(bed.core->publisher().outstanding() == 0);
  const auto again = bed.answer();
  REQUIRE(again);
  CHECK(again->type == Type::Ack);
  CHECK(again->settings.range == bed.ack.settings.range);
  bed.live(3500s, 100s);
  CHECK(bed.state() == lease::State::Bound);
}

TEST_CASE("a lease that runs out loses its binding, then rests, then is remembered",
          "[gateway][C-8]") {
  fake::MemoryStore disk;
  Held bed(disk);
  bed.live(3599s, 3599s);
  CHECK(bed.state() == lease::State::Bound);
  bed.live(2s);
  CHECK(bed.published() == 0);
  CHECK(bed.state() == lease::State::Quarantined);
  CHECK(bed.world.written.back().event == lease::Event::Expired);
  CHECK(bed.world.written.back().usage.packets_out == 7);
  bed.live(121s);
  CHECK(bed.state() == lease::State::Remembered);
}

TEST_CASE("what a phone releases is nobody else's for two minutes", "[gateway][C-8][D-11]") {
  // One range in the pool, so that the next phone must get the same one.
  fake::MemoryStore disk;
  auto text = with(std::string{kBedConfig}, "\"last\": \"10.20.1.31\"", "\"last\": \"10.20.1.0\"");
  GatewayBed bed(disk, text);
  const auto ack = bed.lease(kPhone);
  REQUIRE(ack);
  bed.release(kPhone, ack->address);
  CHECK(bed.world.queue.empty());  // first the workers
  bed.settle();
  CHECK(bed.answers().empty());
  CHECK(bed.published() == 0);
  SECTION("not an other phone's") {
    bed.live(119s);
    CHECK_FALSE(bed.discover(kOther));
    CHECK(bed.count(&dhcp::Counters::pool_exhausted) == 1);
    bed.live(2s);
    const auto theirs = bed.discover(kOther);
    REQUIRE(theirs);
    CHECK(theirs->address == ack->address);
  }
  SECTION("but the same phone's at once") {
    const auto again = bed.lease(kPhone);
    REQUIRE(again);
    CHECK(again->settings.range == ack->settings.range);
    bed.live(300s, 10s);
    CHECK(bed.published() == 1);
  }
}

TEST_CASE("a phone gets what it had while nobody else needed it", "[gateway][D-6]") {
  fake::MemoryStore disk;
  Held bed(disk);
  bed.release(kPhone, bed.ack.address);
  bed.live(86400s * 30, 86400s);
  for (std::uint8_t i = 10; i < 20; ++i) REQUIRE(bed.lease({.mac = {{0, 0x1b, 0x2c, 0, 0, i}}}));
  const auto again = bed.lease(kPhone);
  REQUIRE(again);
  CHECK(again->address == bed.ack.address);
  CHECK(again->settings.range == bed.ack.settings.range);
}

TEST_CASE("the lease that ended first makes room first", "[gateway][D-6][P4]") {
  fake::MemoryStore disk;
  auto text = with(std::string{kBedConfig}, "10.20.1.31", "10.20.1.2");  // three addresses
  GatewayBed bed(disk, text);
  const auto phone = [](std::uint8_t i) { return Phone{.mac = {{0, 0x1b, 0x2c, 0, 0, i}}}; };
  std::vector<Ipv4> had;
  for (std::uint8_t i = 0; i < 3; ++i) had.push_back(bed.lease(phone(i))->address);
  for (const std::uint8_t i : std::initializer_list<std::uint8_t>{1, 0, 2}) {
    bed.release(phone(i), had[i]);
    bed.live(10s);
  }
  bed.live(200s);
  SECTION("in this run") { CHECK(bed.discover(phone(9))->address == had[1]); }
  SECTION("after a restart as well") {
    GatewayBed later(disk, text, bed.now);
    CHECK(later.discover(phone(9))->address == had[1]);
  }
  SECTION("but not one that is offered to its phone") {
    REQUIRE(bed.discover(phone(1)));
    CHECK(bed.discover(phone(9))->address == had[0]);
  }
  SECTION("and one that was offered, last") {
    REQUIRE(bed.discover(phone(1)));
    bed.live(61s);
    CHECK(bed.discover(phone(9))->address == had[0]);
  }
}

TEST_CASE("what is offered to its phone makes no room", "[gateway][D-6][D-7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk, with(std::string{kBedConfig}, "10.20.1.31", "10.20.1.0"));  // one address
  const auto had = bed.lease(kPhone);
  REQUIRE(had);
  bed.release(kPhone, had->address);
  bed.live(GENERATE(65s, 121s));  // it rests, or is remembered
  REQUIRE(bed.discover(kPhone));
  SECTION("while it is held, though its rest end meanwhile") {
    bed.live(59s);
    CHECK_FALSE(bed.discover(kOther));
    bed.select(kPhone, had->address);
    bed.settle();
    CHECK(bed.answer()->type == Type::Ack);
  }
  SECTION("but does when nobody took it") {
    bed.live(200s);
    CHECK(bed.discover(kOther)->address == had->address);
  }
}

TEST_CASE("a declined address is nobody's for a day", "[gateway][D-11]") {
  fake::MemoryStore disk;
  Held bed(disk);
  bed.decline(kPhone, bed.ack.address);
  bed.settle();
  CHECK(bed.state() == lease::State::Declined);
  CHECK(bed.published() == 0);
  CHECK(bed.core->leases().counters().declined.value() == 1);
  const auto other = bed.lease(kPhone);
  REQUIRE(other);
  CHECK(other->address != bed.ack.address);
  CHECK(other->settings.range != bed.ack.settings.range);
  bed.live(86000s, 1000s);
  CHECK(bed.state() == lease::State::Declined);
  bed.live(1000s, 1000s);
  CHECK(bed.entry(bed.ack.address) == nullptr);
}

TEST_CASE("what the operator revokes ends at once", "[gateway]") {
  fake::MemoryStore disk;
  Held bed(disk);
  CHECK(bed.core->revoke(kPhone.mac, bed.now) == 1);
  CHECK(bed.core->revoke(kPhone.mac, bed.now) == 0);
  bed.settle();
  CHECK(bed.published() == 0);
  CHECK(bed.world.written.back().event == lease::Event::Revoked);
}

TEST_CASE("a lease that is given up before it is acknowledged never is", "[gateway][P7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto offer = bed.discover(kPhone);
  bed.select(kPhone, offer->address);
  bed.release(kPhone, offer->address);
  bed.settle();
  CHECK(bed.answers().empty());
  CHECK(bed.count(&dhcp::Counters::abandoned) == 1);
  CHECK(bed.core->leases().pending() == 0);
  CHECK(bed.published() == 0);
  CHECK(bed.entry(offer->address)->lease.state == lease::State::Quarantined);
}

TEST_CASE("while a worker is silent nothing is granted", "[gateway]") {
  fake::MemoryStore disk;
  Held bed(disk);
  const auto offer = bed.discover(kOther);
  bed.select(kOther, offer->address);
  bed.write();
  bed.workers[0]->serve();
  for (int i = 0; i < 3; ++i) {
    bed.pass(500ms);
    bed.turn();
  }
  CHECK(bed.answers().empty());
  CHECK_FALSE(bed.discover({.mac = "00:1b:2c:00:00:03"_mac}));
  bed.renew(kPhone, bed.ack.address);
  CHECK(bed.answers().empty());
  CHECK(bed.count(&dhcp::Counters::worker_silent) == 2);
  bed.settle();
  CHECK(bed.answers().size() == 1);  // kOther's ACK
  CHECK(bed.discover({.mac = "00:1b:2c:00:00:03"_mac}));
}

TEST_CASE("while the store does not write nothing is granted", "[gateway][P7]") {
  fake::MemoryStore disk;
  Held bed(disk);
  const auto offer = bed.discover(kOther);
  bed.select(kOther, offer->address);
  bed.core->set_store_health(false);
  bed.turn();
  CHECK_FALSE(bed.discover({.mac = "00:1b:2c:00:00:03"_mac}));
  bed.renew(kPhone, bed.ack.address);
  CHECK(bed.answers().empty());
  CHECK(bed.count(&dhcp::Counters::store_not_writing) == 2);
  SECTION("once it writes, a client that still waits is acknowledged") {
    bed.core->set_store_health(true);
    bed.settle();
    CHECK(bed.answers().size() == 1);
  }
  SECTION("one that has long asked again is not, and finds its lease") {
    bed.pass(11s);
    bed.core->set_store_health(true);
    bed.settle();
    CHECK(bed.answers().empty());
    CHECK(bed.count(&dhcp::Counters::abandoned) == 1);
    CHECK(bed.core->leases().pending() == 0);
    bed.select(kOther, offer->address);
    bed.settle();
    CHECK(bed.answer()->type == Type::Ack);
  }
}

TEST_CASE("a store whose queue is full gets an end later, and no new grants", "[gateway][P7]") {
  fake::MemoryStore disk;
  Held bed(disk);
  bed.world.room = 0;
  bed.release(kPhone, bed.ack.address);
  bed.turn();
  bed.serve();
  bed.turn();
  CHECK_FALSE(bed.discover(kOther));
  bed.world.room = 10;
  bed.settle();
  CHECK(disk.leases().begin()->second.state == lease::State::Quarantined);
  CHECK(bed.discover(kOther));
}

TEST_CASE("grants in flight are bounded, and DISCOVER is shed before REQUEST", "[gateway][D-20]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk, kBedConfig, support::kBedStart, 4);
  std::vector<Phone> phones;
  std::vector<Ipv4> offered;
  for (std::uint8_t i = 0; i < 5; ++i) {
    phones.push_back({.mac = {{0, 0x1b, 0x2c, 0, 0, i}}});
    offered.push_back(bed.discover(phones.back())->address);
  }
  for (std::size_t i = 0; i < 3; ++i) bed.select(phones[i], offered[i]);
  CHECK_FALSE(bed.discover(kOther));
  bed.select(phones[3], offered[3]);
  bed.select(phones[4], offered[4]);
  CHECK(bed.core->leases().pending() == 4);
  CHECK(bed.count(&dhcp::Counters::too_many_pending) == 2);
  bed.settle();
  CHECK(bed.answers().size() == 4);
}

TEST_CASE("an infinite lease does not end", "[gateway][D-10]") {
  fake::MemoryStore disk;
  const auto text = with(std::string{kBedConfig}, "\"lease_s\": 3600", "\"lease_s\": 4294967295");
  GatewayBed bed(disk, text);
  const auto ack = bed.lease(kPhone);
  REQUIRE(ack);
  CHECK(ack->lease_s == lease::kInfinite);
  bed.live(86400s * 3650, 86400s * 365);
  CHECK(bed.published() == 1);
  GatewayBed later(disk, text, bed.now);
  CHECK(later.published() == 1);
}

}  // namespace
}  // namespace portico
