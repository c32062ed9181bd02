// SPDX-License-Identifier: BSD-3-Clause
// After leases were lost with a damaged file, what is free by our records may be a live phone's.
#include "gateway/recovery.hpp"

#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

const Phone kKnown{.mac = "00:1b:2c:00:00:01"_mac};
const Phone kLost{.mac = "00:1b:2c:00:00:02"_mac};
const Phone kLostBranch{
    .mac = "00:1b:2c:00:00:06"_mac, .vendor_class = "BRANCH", .giaddr = "10.30.0.1"_ip};
constexpr Duration kLongest = 3600s + 120s;  // of the bed's classes, and the quarantine after it

/// A gateway started from a file that lost all but the lease of kKnown.
struct Salvaged {
  fake::MemoryStore disk;
  std::optional<GatewayBed> bed;
  std::string config;
  Answer known;

  explicit Salvaged(std::string_view configuration = kBedConfig) : config(configuration) {
    bed.emplace(disk, config);
    known = bed->lease(kKnown).value();
    disk.set_recovery(lease::kUndecided);
    restart();
  }
  void restart() {
    const auto now = bed->now;
    bed.emplace(disk, config, now);
  }
  [[nodiscard]] std::optional<std::uint64_t> left_s() const {
    return bed->core->recovery().left_s(bed->now.time);
  }
  [[nodiscard]] bool is_on() const { return bed->core->recovery().is_on(); }
  [[nodiscard]] std::uint64_t withheld() const { return bed->count(&dhcp::Counters::withheld); }
};

TEST_CASE("after leases were lost nobody unknown is granted anything until the longest has run out",
          "[gateway][P7][N2]") {
  Salvaged run;
  auto& bed = *run.bed;
  CHECK(run.left_s() == 3721);
  CHECK_FALSE(bed.discover(kLost));
  CHECK(run.withheld() == 1);
  SECTION("who is known is served as ever") {
    bed.renew(kKnown, run.known.address);
    bed.settle();
    CHECK(bed.answer()->type == Type::Ack);
    bed.release(kKnown, run.known.address);
    bed.settle();
    CHECK(bed.lease(kKnown)->settings.range == run.known.settings.range);
  }
  SECTION("but not with other ports than it had: they may be another's") {
    auto other = kKnown;
    other.vendor_class = "SOFT";
    CHECK_FALSE(bed.discover(other));
    CHECK(run.withheld() == 2);
  }
  SECTION("it is over when that time has passed") {
    bed.live(kLongest, 60s);
    CHECK_FALSE(bed.lease(kLost));
    bed.live(1s);
    CHECK_FALSE(run.is_on());
    CHECK(bed.lease(kLost));
    CHECK(run.disk.recovery_until() == WallTime{});
  }
}

TEST_CASE("a phone whose lease may be lost is neither answered nor told to give it up",
          "[gateway][D-8]") {
  Salvaged run;
  auto& bed = *run.bed;
  SECTION("rebooted") { bed.reboot(kLost, "10.20.1.9"_ip); }
  SECTION("renewing") { bed.renew(kLost, "10.20.1.9"_ip); }
  SECTION("rebinding") { bed.renew(kLostBranch, "10.30.0.9"_ip); }
  bed.settle();
  CHECK(bed.answers().empty());
  CHECK(run.withheld() == 1);
}

TEST_CASE("a phone that renews a lost lease afterwards is told to begin anew", "[gateway]") {
  Salvaged run;
  run.bed->live(kLongest + 1s, 100s);
  run.bed->renew(kLost, "10.20.1.9"_ip);
  CHECK(run.bed->answer()->type == Type::Nak);
}

TEST_CASE("the time that lost leases may live goes on over a restart", "[gateway]") {
  Salvaged run;
  SECTION("it is not begun anew") {
    run.bed->live(1000s, 100s);
    run.restart();
    CHECK(run.left_s() == 2721);
    CHECK_FALSE(run.bed->discover(kLost));
  }
  SECTION("unless the power failed before it was on disk") {
    run.disk.set_recovery(lease::kUndecided);
    run.bed->pass(1000s);
    run.restart();
    CHECK(run.left_s() == 3721);
  }
  SECTION("it may be over before") {
    run.bed->pass(4000s);
    run.restart();
    CHECK_FALSE(run.is_on());
    CHECK(run.disk.recovery_until() == WallTime{});
  }
  SECTION("a clock set back does not count, one set forward ends nothing that runs") {
    run.bed->now.wall.s += 100'000;
    run.bed->settle();
    CHECK(run.left_s() == 3721);
    run.bed->now.wall.s -= 200'000;
    run.bed->settle();
    CHECK(run.left_s() == 3721);
  }
}

TEST_CASE("the operator may accept the loss", "[gateway]") {
  Salvaged run;
  CHECK(run.bed->core->accept_loss(run.bed->now));
  CHECK_FALSE(run.bed->core->recovery().reason(run.bed->now.time));
  CHECK(run.bed->lease(kLost));
  SECTION("that outlives a restart") {
    run.restart();
    CHECK_FALSE(run.is_on());
  }
  SECTION("once: then there is none") { CHECK_FALSE(run.bed->core->accept_loss(run.bed->now)); }
}

TEST_CASE("leases without end are given up by the operator only", "[gateway]") {
  Salvaged run(with(std::string{kBedConfig}, R"("lease_s": 600)", R"("lease_s": 4294967295)"));
  CHECK(run.is_on());
  CHECK_FALSE(run.left_s());
  run.bed->live(1'000'000s, 100'000s);
  CHECK_FALSE(run.bed->discover(kLost));
  run.restart();
  CHECK_FALSE(run.left_s());
  CHECK(run.bed->core->accept_loss(run.bed->now));
  CHECK(run.bed->discover(kLost));
}

TEST_CASE("a store that lost nothing keeps nobody waiting", "[gateway]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  CHECK_FALSE(bed.core->recovery().is_on());
  CHECK_FALSE(bed.core->recovery().reason(bed.now.time));
  CHECK(bed.lease(kLost));
}

}  // namespace
}  // namespace portico
