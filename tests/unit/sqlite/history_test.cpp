// SPDX-License-Identifier: BSD-3-Clause
// Who held what, when: asked for, and let go of when it is old.
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include "lease_files.hpp"
#include <vector>

using namespace portico;
using namespace portico::lease;
using namespace portico::sqlite;
using portico::support::TemporaryFolder;

TEST_CASE("the history tells who held an address and a port at a time", "[sqlite][C-14]") {
  const TemporaryFolder folder;
  auto store = open_store(folder.file("leases.db"));
  REQUIRE(store->load());
  Lease second = row_of(2, 1);
  second.mac = "00:1b:2c:00:00:02"_mac;
  second.range = {24032, 32};
  Change released = change(Event::Released, 2000, row_of(1, 3, State::Quarantined));
  released.usage = {10, 1000, 20, 2000};
  commit(*store,
         {change(Event::Granted, 1000, row_of(1, 1)), change(Event::Renewed, 1500, row_of(1, 2)),
          released, change(Event::Granted, 3000, second)});
  const auto held = [&store](Ipv4 address, std::uint16_t port, std::int64_t at) {
    return store->history({address, port, {at}}).value();
  };
  SECTION("from its grant to its end, with what it used") {
    const auto records = held("203.0.113.7"_ip, 24063, 1999);
    REQUIRE(records.size() == 2);
    CHECK(records[0].event == Event::Granted);
    CHECK(records[0].lease.mac == "00:1b:2c:00:00:01"_mac);
    CHECK(records[1].event == Event::Released);
    CHECK(records[1].usage == Usage{10, 1000, 20, 2000});
  }
  SECTION("by the provider's address as well") {
    CHECK(held("198.51.100.7"_ip, 24000, 1000).size() == 2);
  }
  SECTION("nobody before the grant, after the end, or at another port or address") {
    CHECK(held("203.0.113.7"_ip, 24000, 999).empty());
    CHECK(held("203.0.113.7"_ip, 24000, 2000).empty());
    CHECK(held("203.0.113.7"_ip, 24064, 1500).empty());
    CHECK(held("203.0.113.7"_ip, 23999, 1500).empty());
    CHECK(held("203.0.113.8"_ip, 24000, 1500).empty());
    CHECK(held({}, 24000, 1500).empty());
  }
  SECTION("the next holder, whose range has another size") {
    const auto records = held("203.0.113.7"_ip, 24040, 5000);
    REQUIRE(records.size() == 1);
    CHECK(records[0].lease.mac == "00:1b:2c:00:00:02"_mac);
    CHECK(held("203.0.113.7"_ip, 24000, 5000).empty());
  }
}

TEST_CASE("old history goes, but not that of a lease still bound", "[sqlite]") {
  const TemporaryFolder folder;
  auto store = open_store(folder.file("leases.db"));
  REQUIRE(store->load());
  std::vector<Change> batch{change(Event::Granted, 1000, row_of(1, 1))};
  for (std::uint64_t id = 2; id <= 2500; ++id) {
    batch.push_back(change(Event::Granted, 1000, row_of(id, 1)));
    batch.push_back(change(Event::Expired, 2000, row_of(id, 2, State::Quarantined)));
  }
  commit(*store, batch);
  CHECK_FALSE(store->prune_history({1000}).value());
  int steps = 1;
  while (store->prune_history({3000}).value()) ++steps;
  CHECK(steps > 1);
  auto database = Database::open(folder.file("leases.db"), "", Create::No).value();
  CHECK(database.integer("SELECT count(*) FROM history").value() == 1);
  CHECK(store->history({"203.0.113.7"_ip, 24000, {5000}}).value().size() == 1);
}
