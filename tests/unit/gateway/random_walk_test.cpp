// SPDX-License-Identifier: BSD-3-Clause
// What must hold whatever phones, time and power cuts do.
#include "support/gateway_bed.hpp"
#include "support/port_holders.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

namespace portico {
namespace {

using namespace support;

constexpr int kSteps = 20'000;
constexpr std::size_t kPhones = 40;

class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_(seed) {
    for (std::uint8_t i = 0; i < kPhones; ++i)
      phones_.push_back({.mac = {{0, 0x1b, 0x2c, 0, 3, static_cast<std::uint8_t>(i / 2)}},
                         .vendor_class = i % 3 == 0 ? "SOFT" : "ACME-T46",
                         .identifier = "\1line-" + std::to_string(i)});
    addresses_.resize(kPhones);
    restart();
  }

  void step() {
    const auto i = random_() % kPhones;
    switch (random_() % 16) {
      case 0:
      case 1:
      case 2:
      case 3:
        bed_->answers();  // NAKs
        if (const auto offer = bed_->discover(phones_[i])) addresses_[i] = offer->address;
        if (random_() % 2 == 0) bed_->select(phones_[i], addresses_[i]);
        return;
      case 4:
      case 5:
      case 6:
        return bed_->select(phones_[i], addresses_[i]);
      case 7:
        return bed_->renew(phones_[i], addresses_[i]);
      case 8:
        return bed_->reboot(phones_[i], addresses_[i]);
      case 9:
        return bed_->release(phones_[i], addresses_[i]);
      case 10:
        if (random_() % 8 == 0) bed_->decline(phones_[i], addresses_[i]);
        return;
      case 11:
        return bed_->pass(std::chrono::seconds{random_() % 90});
      case 12:
        bed_->turn();
        return note_acks();
      case 13:
        bed_->write();
        return note_acks();
      case 14:
        bed_->workers[random_() % 2]->serve();
        return;
      default:
        if (random_() % 64 == 0) return restart();
        if (random_() % 8 == 0) phones_[i].vendor_class = random_() % 2 ? "SOFT" : "ACME-T46";
    }
  }

  /// The power fails: what is not on disk is gone. Nothing that was acknowledged is.
  void restart() {
    const auto now = bed_ ? bed_->now : Now{{1'000'000'000}, {1'700'000'000}};
    if (bed_) note_acks();
    bed_.reset();
    bed_ = std::make_unique<GatewayBed>(disk_, kBedConfig, now);
    for (const auto& [address, promised] : promised_) {
      const auto* entry = bed_->entry(address);
      if (promised.until.s <= now.wall.s) continue;
      REQUIRE(entry != nullptr);
      REQUIRE(entry->lease.range == promised.range);
    }
    promised_.clear();
  }

  void check() {
    note_acks();
    bed_->settle();
    note_acks();
    one_holder_each();
    nothing_leaks();
  }
  void check_holders() { one_holder_each(); }
  [[nodiscard]] std::size_t acks() const { return acks_; }

 private:
  /// Of the leases that are acknowledged and were neither given up nor taken over since.
  void note_acks() {
    for (const auto& answer : bed_->answers()) {
      if (answer.type != Type::Ack || !answer.settings.range) continue;
      ++acks_;
      // No ACK is heard before the lease is on disk and in both workers.
      const auto* entry = bed_->entry(answer.address);
      REQUIRE(entry != nullptr);
      REQUIRE(disk_.leases().contains(entry->lease.id));
      for (const auto& worker : bed_->workers)
        if (entry->published)
          REQUIRE(worker->bindings.at(worker->bindings.slot_of(answer.address)));
    }
    promised_.clear();
    bed_->core->leases().table().for_each([&](const gateway::Entry& entry) {
      if (entry.lease.state == lease::State::Bound && entry.published && entry.pending == 0)
        promised_[entry.lease.private_address] = entry.lease;
    });
  }

  void one_holder_each() {
    PortHolders holders;
    const auto hold = [&holders](Ipv4 address, PortRange range) {
      REQUIRE(holders.hold(address, range));
      REQUIRE(range.first >= kFirstUsablePort);
      REQUIRE_FALSE(range.contains(5060));
    };
    bed_->core->leases().table().for_each([&](const gateway::Entry& entry) {
      hold(entry.lease.public_address, entry.lease.range);
      hold(entry.lease.tunnel_address, entry.lease.range);
    });
    bed_->core->book().offers().for_each([&](const gateway::Offer& offer) {
      if (offer.lease_id != 0) return;
      hold(offer.holding.ports.direct, offer.holding.ports.range);
      hold(offer.holding.ports.tunnel, offer.holding.ports.range);
    });
  }

  void nothing_leaks() {
    std::uint64_t ranges = 0;
    std::size_t published = 0;
    std::set<lease::ClientKey> clients;
    const auto sides = [](const ports::Sides& s) {
      return s.direct.has_value() + s.tunnel.has_value();
    };
    bed_->core->leases().table().for_each([&](const gateway::Entry& entry) {
      ranges += static_cast<std::uint64_t>(sides(entry.holding->sides));
      published += entry.published;
      REQUIRE(entry.pending == 0);
      REQUIRE_FALSE(entry.ending);
    });
    bed_->core->book().offers().for_each([&](const gateway::Offer& offer) {
      if (offer.lease_id == 0) ranges += static_cast<std::uint64_t>(sides(offer.holding.sides));
    });
    REQUIRE(bed_->core->resources().ranges_taken() == ranges);
    REQUIRE(bed_->core->leases().pending() == 0);
    for (std::size_t worker = 0; worker < 2; ++worker)
      REQUIRE(bed_->published(worker) == published);
    const auto rows = disk_.leases();
    REQUIRE(rows.size() == bed_->core->leases().table().size());
    for (const auto& [id, row] : rows) REQUIRE(clients.insert(row.client).second);
  }

  std::mt19937 random_;
  fake::MemoryStore disk_;
  std::vector<Phone> phones_;
  std::vector<Ipv4> addresses_;  // as last offered
  std::map<Ipv4, lease::Lease> promised_;
  std::unique_ptr<GatewayBed> bed_;
  std::size_t acks_ = 0;
};

TEST_CASE("whatever happens, a port has one holder, nothing leaks, and no ACK is lost",
          "[gateway][N2][U-3][P5][P7]") {
  Walk walk(GENERATE(1u, 2u));
  for (int i = 1; i <= kSteps / 2; ++i) {
    walk.step();
    if (i % 50 == 0) walk.check_holders();
    if (i % 500 == 0) walk.check();
  }
  CHECK(walk.acks() > 100);
}

}  // namespace
}  // namespace portico
