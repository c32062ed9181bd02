// SPDX-License-Identifier: BSD-3-Clause
#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

const Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};
const Phone kOther{.mac = "00:1b:2c:00:00:02"_mac};

/// A row as the bed's configuration would grant it.
lease::Lease row(std::uint64_t id, std::uint8_t host, lease::State state = lease::State::Bound) {
  lease::Lease lease;
  lease.id = id;
  lease.mac = {{0, 0x1b, 0x2c, 0, 0, host}};
  lease.client =
      std::string{"\0\1", 2} + std::string(lease.mac.octets.begin(), lease.mac.octets.end());
  lease.class_name = "sip";
  lease.vendor_class = "ACME-T46";
  lease.private_address = {"10.20.1.0"_ip.bits + host};
  lease.public_address = "203.0.113.0"_ip;
  lease.range = {static_cast<std::uint16_t>(8192 + 2048 * host), 2048};
  lease.state = state;
  lease.granted = {1'700'000'000};
  lease.until = {1'700'003'601};
  lease.lease_s = 3600;
  lease.epoch = 1;
  return lease;
}

const Now kThen{{1'000'000'000}, {1'700'000'100}};

struct Restored {
  explicit Restored(std::vector<lease::Lease> rows, std::string_view config = kBedConfig,
                    Now now = kThen) {
    (void)disk.rewrite(rows, 100);
    bed.emplace(disk, config, now);
  }
  fake::MemoryStore disk;
  std::optional<GatewayBed> bed;
  [[nodiscard]] std::uint64_t not_allowed() {
    return bed->core->leases().counters().not_allowed.value();
  }
  /// Nobody gets an address or ports of this row.
  [[nodiscard]] bool is_kept_from_others(const lease::Lease& lease) {
    for (std::uint8_t i = 100; i < 120; ++i) {
      const auto other = bed->discover({.mac = {{0, 0x1b, 0x2c, 0, 0, i}}}, lease.private_address);
      if (other && (other->address == lease.private_address ||
                    (other->settings.public_address == lease.public_address &&
                     other->settings.range->overlaps(lease.range))))
        return false;
    }
    return true;
  }
};

TEST_CASE("a bound lease has its binding in every worker before they start", "[gateway][P7]") {
  Restored run({row(1, 1)});
  CHECK(run.bed->published(0) == 1);
  CHECK(run.bed->published(1) == 1);
  CHECK(run.disk.leases().size() == 1);
  SECTION("its phone renews it") {
    run.bed->renew(kPhone, row(1, 1).private_address);
    run.bed->settle();
    CHECK(run.bed->answer()->type == Type::Ack);
  }
  SECTION("its phone, rebooted, finds it") {
    run.bed->reboot(kPhone, row(1, 1).private_address);
    run.bed->settle();
    CHECK(run.bed->answer()->settings.range == row(1, 1).range);
  }
  SECTION("it ends when it was to end") {
    run.bed->live(3500s, 100s);
    CHECK(run.bed->published() == 1);
    run.bed->live(2s);
    CHECK(run.bed->published() == 0);
  }
}

TEST_CASE("a lease that ran out meanwhile rests from then on", "[gateway][C-8]") {
  const auto lease = row(1, 1);
  Restored run({lease}, kBedConfig, {{1'000'000'000}, {lease.until.s + 60}});
  CHECK(run.bed->published() == 0);
  CHECK(run.disk.leases().at(1).state == lease::State::Quarantined);
  CHECK(run.disk.leases().at(1).until.s == lease.until.s + 120);
  CHECK(run.is_kept_from_others(lease));
  run.bed->live(61s);
  CHECK(run.bed->entry(lease.private_address)->lease.state == lease::State::Remembered);
}

TEST_CASE("a quarantine goes on after a restart", "[gateway][C-8]") {
  auto lease = row(1, 1, lease::State::Quarantined);
  lease.until = {kThen.wall.s + 50};
  Restored run({lease});
  CHECK(run.is_kept_from_others(lease));
  run.bed->live(49s);
  CHECK(run.bed->entry(lease.private_address)->lease.state == lease::State::Quarantined);
  run.bed->live(2s);
  CHECK(run.bed->entry(lease.private_address)->lease.state == lease::State::Remembered);
}

TEST_CASE("a restart takes no fraction of a second off a quarantine", "[gateway][C-8]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto ack = bed.lease(kPhone);
  REQUIRE(ack);
  bed.pass(750ms);
  bed.release(kPhone, ack->address);
  bed.settle();
  const auto end = bed.now.time;
  bed.pass(250ms);
  GatewayBed later(disk, kBedConfig, bed.now);
  while (later.entry(ack->address)->lease.state == lease::State::Quarantined)
    later.live(250ms, 250ms);
  CHECK(later.now.time - end >= 120s);
  CHECK(later.now.time - end <= 122s);
}

TEST_CASE("an address stays declined after a restart", "[gateway][D-11]") {
  auto lease = row(1, 1, lease::State::Declined);
  lease.client = gateway::nobody(1);
  lease.until = {kThen.wall.s + 5000};
  Restored run({lease});
  CHECK(run.is_kept_from_others(lease));
  CHECK(run.bed->lease(kPhone)->address != lease.private_address);
}

TEST_CASE("a wall clock that is behind ends nothing early", "[gateway]") {
  const auto lease = row(1, 1);
  fake::MemoryStore disk;
  (void)disk.commit(std::vector{lease::Change{1, lease::Event::Granted, lease.granted, lease, {}}});
  GatewayBed bed(disk, kBedConfig, {{1'000'000'000}, {86400}});
  CHECK(bed.core->leases().calendar().clock_is_behind());
  bed.live(3500s, 100s);
  CHECK(bed.published() == 1);
  bed.live(102s);
  CHECK(bed.published() == 0);
  CHECK(bed.world.written.back().at.s >= lease.granted.s);
}

TEST_CASE("a stored lease that the configuration no longer allows is not loaded", "[gateway][P5]") {
  const auto check_refused = [](const std::string& config, const lease::Lease& lease) {
    Restored run({lease}, config);
    CHECK(run.not_allowed() == 1);
    CHECK(run.bed->published() == 0);
    CHECK(run.is_kept_from_others(lease));
    // Its phone is told so, and gets another one.
    run.bed->renew(kPhone, lease.private_address);
    CHECK(run.bed->answer()->type == Type::Nak);
    const auto anew = run.bed->lease(kPhone);
    REQUIRE(anew);
    CHECK(anew->type == Type::Ack);
    run.bed->live(200s, 10s);
    CHECK(run.disk.leases().size() == 1);
    CHECK(run.bed->core->resources().ranges_taken() == 1);
  };
  const std::string config{kBedConfig};
  const auto lease = row(1, 1);
  SECTION("its class has other ranges") {
    check_refused(with(config, "\"ports\": 2048", "\"ports\": 1024"), lease);
  }
  SECTION("its class is gone") {
    check_refused(with(config, "\"name\": \"sip\"", "\"name\": \"desk\""), lease);
  }
  SECTION("its public pool is gone") {
    check_refused(with(config, "203.0.113.0/32", "203.0.113.8/32"), lease);
  }
  SECTION("its private addresses are gone") {
    auto moved = with(config, "10.20.1.0\"", "10.20.2.0\"");
    check_refused(with(moved, "10.20.1.31", "10.20.2.31"), lease);
  }
  SECTION("its ports are reserved now") {
    check_refused(with(config, "\"static\": []",
                       "\"reserved_ports\": [{\"first\": 10240, \"last\": 10240}], \"static\": []"),
                  lease);
  }
}

TEST_CASE("a static phone goes before a stored lease", "[gateway][T0]") {
  const auto with_static = [](std::string_view address, std::string_view port) {
    return with(std::string{kBedConfig}, "\"static\": []",
                "\"static\": [{\"private_address\": \"" + std::string{address} +
                    "\", \"mac\": \"00:1b:2c:00:00:77\", \"first_port\": " + std::string{port} +
                    ", \"ports\": 1024, \"public_address\": \"203.0.113.0\"}]");
  };
  SECTION("that has some of its ports") {
    Restored run({row(1, 1)}, with_static("10.20.3.3", "11264"));
    CHECK(run.not_allowed() == 1);
    CHECK(run.bed->published() == 1);
    CHECK(run.bed->lease(kPhone));
  }
  SECTION("that has its address") {
    Restored run({row(1, 1)}, with_static("10.20.1.1", "40960"));
    CHECK(run.not_allowed() == 1);
    CHECK(run.bed->published() == 1);
    CHECK(run.bed->lease(kPhone)->address != row(1, 1).private_address);
    run.bed->live(200s, 10s);
    CHECK(run.bed->core->resources().ranges_taken() == 2);
  }
}

TEST_CASE("rows that contradict each other stop nothing, and share nothing", "[gateway][N2]") {
  auto first = row(1, 1);
  auto second = row(2, 2);
  second.granted.s += 10;
  SECTION("two of one client") {
    second.client = first.client;
    second.mac = first.mac;
  }
  SECTION("two of one private address") { second.private_address = first.private_address; }
  SECTION("two of one range") { second.range = first.range; }
  SECTION("two of overlapping ranges") { second.range = {first.range.first, 4096}; }
  SECTION("one without a client") { second.client.clear(); }
  SECTION("one of no range") { second.range = {}; }
  SECTION("one of an impossible range") { second.range = {5, 12}; }
  SECTION("one of a range on system ports") { second.range = {0, 2048}; }
  SECTION("one with an address for both identities") {
    second.tunnel_address = first.public_address;
  }
  SECTION("one of a time that nobody lives to see") {
    second.until.s = std::numeric_limits<std::int64_t>::max();
  }
  SECTION("one of the beginning of time") {
    second.until.s = std::numeric_limits<std::int64_t>::min() / 2;
  }
  SECTION("ids beyond the next") { second.id = 5000; }
  Restored run({first, second});
  CHECK(run.bed->published() >= 1);
  CHECK(run.bed->lease(kPhone));
  CHECK(run.bed->lease(kOther));
  run.bed->live(200s, 50s);
  std::map<std::uint16_t, std::uint64_t> starts;
  run.bed->core->leases().table().for_each([&](const gateway::Entry& entry) {
    if (entry.published) ++starts[entry.lease.range.first];
  });
  for (const auto& [start, holders] : starts) CHECK(holders == 1);
}

TEST_CASE("an ended lease has no claim against one that is bound", "[gateway][N2]") {
  const auto bound = row(1, 1);
  auto ended = row(2, 2, GENERATE(lease::State::Quarantined, lease::State::Declined));
  ended.granted.s += 10;
  ended.private_address = bound.private_address;
  ended.range = bound.range;
  Restored run({ended, bound});
  CHECK(run.bed->published() == 1);
  REQUIRE(run.bed->entry(bound.private_address) != nullptr);
  CHECK(run.bed->entry(bound.private_address)->lease.client == bound.client);
}

TEST_CASE("a client that changed class has one row on disk at any moment", "[gateway][P7]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  REQUIRE(bed.lease(kPhone));
  bed.live(1800s, 600s);
  auto soft = kPhone;
  soft.vendor_class = "SOFT";
  const auto offer = bed.discover(soft);
  REQUIRE(offer);
  bed.select(soft, offer->address);
  bed.write();  // the old lease's end waits for the workers, and then the power fails
  GatewayBed later(disk, kBedConfig, bed.now);
  REQUIRE(later.entry(offer->address) != nullptr);
  CHECK(later.entry(offer->address)->lease.class_name == "softphone");
  CHECK(later.published() == 1);
  later.renew(soft, offer->address);
  later.settle();
  CHECK(later.answer()->type == Type::Ack);
  later.live(200s, 10s);
  CHECK(disk.leases().size() == 1);
}

}  // namespace
}  // namespace portico
