// SPDX-License-Identifier: BSD-3-Clause
// The audit of real parts: a gateway, two workers' tables and a store, of which one is made to say
// something else than the others.
#include "management/holdings.hpp"

#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

namespace portico::management {
namespace {

using support::GatewayBed;
using Kinds = std::set<std::string_view>;

const support::Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};
const support::Phone kSoft{.mac = "00:1b:2c:00:00:02"_mac, .vendor_class = "SOFT"};
const support::Phone kGone{.mac = "00:1b:2c:00:00:03"_mac};

/// A static phone, two leases, one that ended, one offer.
struct Running {
  Running() {
    first = bed.entry(bed.lease(kPhone)->address);
    second = bed.entry(bed.lease(kSoft)->address);
    ended = bed.entry(bed.lease(kGone)->address);
    bed.release(kGone, ended->lease.private_address);
    bed.settle();
    REQUIRE(bed.discover({.mac = "00:1b:2c:00:00:04"_mac}));
    stored = *disk.rows();
    REQUIRE(found().empty());
  }
  [[nodiscard]] Kinds found() {
    std::vector<const nappt::Bindings*> tables;
    for (const auto& worker : bed.workers) tables.push_back(&worker->bindings);
    const auto holdings = read_holdings(*bed.core, tables);
    REQUIRE(holdings);
    Kinds kinds;
    for (const auto& difference : audit(stored, *holdings)) kinds.insert(name_of(difference.kind));
    return kinds;
  }
  [[nodiscard]] lease::Lease& row_of(const gateway::Entry& entry) {
    return *std::find_if(stored.begin(), stored.end(),
                         [&](const auto& row) { return row.id == entry.lease.id; });
  }
  void delete_row_of(const gateway::Entry& entry) {
    std::erase_if(stored, [&](const auto& row) { return row.id == entry.lease.id; });
  }

  fake::MemoryStore disk;
  GatewayBed bed{disk, support::with(std::string{support::kBedConfig}, "\"static\": []",
                                     R"("static": [{"private_address": "10.20.3.3",
      "mac": "00:1b:2c:00:00:77", "first_port": 40960, "ports": 1024,
      "public_address": "203.0.113.0"}])")};
  gateway::Entry* first = nullptr;
  gateway::Entry* second = nullptr;
  gateway::Entry* ended = nullptr;
  std::vector<lease::Lease> stored;
};

TEST_CASE("the audit of a gateway at rest finds nothing, and each change made to a part",
          "[management][audit]") {
  Running run;
  auto& table = run.bed.workers[1]->bindings;
  auto& resources = run.bed.core->resources();
  SECTION("a binding is gone from a worker") {
    table.remove(run.first->lease.private_address);
    CHECK(run.found() == Kinds{"missing_in_worker"});
  }
  SECTION("a binding of a worker is another") {
    auto binding = run.bed.core->leases().binding_of(*run.first);
    table.remove(binding.private_address);
    binding.mac = kGone.mac;
    table.add(binding);
    CHECK(run.found() == Kinds{"differs_in_worker"});
  }
  SECTION("a worker has a binding that nobody published") {
    auto binding = run.bed.core->leases().binding_of(*run.first);
    binding.private_address = "10.20.1.30"_ip;
    binding.range = {63488, 2048};
    table.add(binding);
    CHECK(run.found() == Kinds{"unknown_in_worker"});
  }
  SECTION("a static phone's binding is gone from a worker") {
    table.remove(run.bed.core->leases().static_bindings().front().private_address);
    CHECK(run.found() == Kinds{"missing_in_worker"});
  }
  SECTION("a bound lease is gone from the store") {
    run.delete_row_of(*run.first);
    CHECK(run.found() == Kinds{"allocated_not_stored", "published_without_lease"});
  }
  SECTION("the store has a lease that nobody else knows") {
    auto row = run.row_of(*run.first);
    row.id = 999;
    row.private_address = "10.20.1.30"_ip;
    row.range = {63488, 2048};
    run.stored.push_back(row);
    CHECK(run.found() == Kinds{"stored_not_allocated", "lease_not_published"});
  }
  SECTION("the store says other ports") {
    run.row_of(*run.first).range = {63488, 2048};
    CHECK(run.found() == Kinds{"allocation_differs", "published_differs"});
  }
  SECTION("the store says another MAC") {
    run.row_of(*run.first).mac = kGone.mac;
    CHECK(run.found() == Kinds{"published_differs"});
  }
  SECTION("two phones of the store share ports") {
    run.row_of(*run.second).range = run.row_of(*run.first).range;
    CHECK(run.found() == Kinds{"allocation_differs", "published_differs", "ports_shared"});
  }
  SECTION("two phones of the store share an address") {
    run.row_of(*run.second).private_address = run.row_of(*run.first).private_address;
    CHECK(run.found().contains("private_address_shared"));
  }
  SECTION("an ended lease is gone from the store") {
    run.delete_row_of(*run.ended);
    CHECK(run.found() == Kinds{"quarantine_not_stored"});
  }
  SECTION("what a phone holds is free in the allocator") {
    resources.free(*run.first->holding);
    CHECK(run.found() == Kinds{"stored_not_allocated"});
  }
  SECTION("what rests is free in the allocator") {
    resources.free(*run.ended->holding);
    CHECK(run.found() == Kinds{"quarantine_not_allocated", "stored_not_allocated"});
  }
  SECTION("ports are taken in the allocator by nobody") {
    REQUIRE(resources.take(run.bed.plan.classes[0], {}));
    CHECK(run.found() == Kinds{"allocated_not_stored"});
  }
  SECTION("a bound lease has no binding") {
    run.first->published = false;
    CHECK(run.found() == Kinds{"lease_not_published", "unknown_in_worker"});
    run.first->published = true;
  }
}

TEST_CASE("while a change is under way there is nothing to audit", "[management][audit]") {
  Running run;
  std::vector<const nappt::Bindings*> tables{&run.bed.workers[0]->bindings};
  SECTION("to the store") {
    run.bed.renew(kPhone, run.first->lease.private_address);
    CHECK_FALSE(read_holdings(*run.bed.core, tables));
  }
  SECTION("to the workers") {
    run.bed.release(kPhone, run.first->lease.private_address);
    CHECK_FALSE(read_holdings(*run.bed.core, tables));
  }
}

}  // namespace
}  // namespace portico::management
