// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/lease_store.hpp"

#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include "workload.hpp"
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace portico;
using namespace portico::lease;
using portico::sqlite::Create;
using portico::sqlite::Database;
using portico::sqlite::Workload;
using portico::support::TemporaryFolder;
using Store = portico::sqlite::LeaseStore;

namespace {

std::unique_ptr<Store> open_store(const std::string& file) {
  return Store::open({.file = file}).value();
}

Lease row_of(std::uint64_t id, std::uint64_t epoch, State state = State::Bound) {
  return {.id = id,
          .client = "\1client",
          .mac = "00:1b:2c:00:00:01"_mac,
          .class_name = "desk",
          .vendor_class = "ACME",
          .private_address = "10.20.0.7"_ip,
          .public_address = "203.0.113.7"_ip,
          .tunnel_address = "198.51.100.7"_ip,
          .range = {24000, 64},
          .relay = {},
          .state = state,
          .granted = {1000},
          .until = {4600},
          .lease_s = 3600,
          .epoch = epoch};
}

Change change(Event event, std::int64_t at, const Lease& row) {
  return {.ticket = 0, .event = event, .at = {at}, .lease = row, .usage = {}};
}

void commit(Store& store, const std::vector<Change>& batch) { REQUIRE(store.commit(batch)); }

/// Octets over the middle of a file, as a failing disk would.
void scribble(const std::string& file, std::uintmax_t offset, std::size_t size) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream << std::string(size, '\xa5');
}

/// A file of 300 leases, closed, its log emptied.
void make_file(const std::string& file) {
  auto store = open_store(file);
  REQUIRE(store->load());
  std::vector<Change> batch;
  for (std::uint64_t id = 1; id <= 300; ++id)
    batch.push_back(change(Event::Renewed, 1000, row_of(id, 1)));  // no history: rows only
  commit(*store, batch);
}

}  // namespace

TEST_CASE("a new file holds nothing, and is there", "[sqlite]") {
  const TemporaryFolder folder;
  auto store = open_store(folder.file("leases.db"));
  const auto loaded = store->load();
  REQUIRE(loaded);
  CHECK(loaded->leases.empty());
  CHECK(loaded->next_id == 1);
  CHECK_FALSE(loaded->salvaged_from);
  CHECK(std::filesystem::exists(folder.file("leases.db")));
}

TEST_CASE("what was committed is there after a restart", "[sqlite][P7]") {
  const TemporaryFolder folder;
  Workload workload{5};
  {
    auto store = open_store(folder.file("leases.db"));
    REQUIRE(store->load());
    for (int i = 0; i < 50; ++i) commit(*store, workload.next_batch(20));
  }
  const auto loaded = open_store(folder.file("leases.db"))->load().value();
  REQUIRE(loaded.leases.size() == workload.rows().size());
  for (const Lease& row : loaded.leases) CHECK(workload.rows().at(row.id) == row);
}

TEST_CASE("an id is never used twice, even if its lease is forgotten", "[sqlite]") {
  const TemporaryFolder folder;
  {
    auto store = open_store(folder.file("leases.db"));
    REQUIRE(store->load());
    commit(*store, {change(Event::Granted, 1000, row_of(7, 1))});
    commit(*store, {change(Event::Forgotten, 2000, row_of(7, 2))});
  }
  const auto loaded = open_store(folder.file("leases.db"))->load().value();
  CHECK(loaded.leases.empty());
  CHECK(loaded.next_id == 8);
  CHECK(loaded.newest_event == WallTime{2000});
}

TEST_CASE("a later write wins, in whichever order they come, and a batch may come twice",
          "[sqlite][P7]") {
  const TemporaryFolder folder;
  auto store = open_store(folder.file("leases.db"));
  REQUIRE(store->load());
  const std::vector<Change> batch{change(Event::Granted, 1000, row_of(1, 1)),
                                  change(Event::Released, 2000, row_of(1, 3, State::Quarantined)),
                                  change(Event::Renewed, 1500, row_of(1, 2))};
  commit(*store, batch);
  commit(*store, batch);
  const auto loaded = store->load().value();
  REQUIRE(loaded.leases.size() == 1);
  CHECK(loaded.leases[0] == row_of(1, 3, State::Quarantined));
  CHECK(store->history({"203.0.113.7"_ip, 24000, {1500}}).value().size() == 2);
}

TEST_CASE("a second instance on the same file is refused by name", "[sqlite]") {
  const TemporaryFolder folder;
  auto first = open_store(folder.file("leases.db"));
  const auto second = Store::open({.file = folder.file("leases.db")});
  REQUIRE_FALSE(second);
  CHECK(to_string(second.error()) ==
        folder.file("leases.db") + ": another instance holds this file");
  first.reset();
  CHECK(Store::open({.file = folder.file("leases.db")}));
}

TEST_CASE("a file of a newer version, or of somebody else, is refused and left alone", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  SECTION("newer") {
    make_file(file);
    REQUIRE(Database::open(file, "", Create::No)->execute("PRAGMA user_version=4"));
    const auto loaded = open_store(file)->load();
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().what ==
          "written by a newer version: its schema is 4, this program knows 3");
  }
  SECTION("somebody else's") {
    REQUIRE(Database::open(file, "", Create::IfMissing)->execute("CREATE TABLE theirs (x)"));
    const auto loaded = open_store(file)->load();
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().what == "a database, but not of leases");
  }
  CHECK_FALSE(std::filesystem::exists(file + ".damaged-1"));
}

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

TEST_CASE("of a damaged file what reads is salvaged, and the old one set aside", "[sqlite][P7]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  make_file(file);
  SECTION("a page in the middle") {
    scribble(file, std::filesystem::file_size(file) / 2 / 4096 * 4096, 4096);
  }
  SECTION("a few octets of a record") {
    std::ifstream stream(file, std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(stream), {}};
    scribble(file, octets.find("ACME"), 2);
  }
  auto store = open_store(file);
  const auto loaded = store->load();
  REQUIRE(loaded);
  REQUIRE(loaded->salvaged_from);
  CHECK(*loaded->salvaged_from == file + ".damaged-1");
  CHECK(std::filesystem::exists(*loaded->salvaged_from));
  CHECK(loaded->leases.size() >= 200);
  CHECK(loaded->leases.size() < 300);
  CHECK(loaded->next_id >= 301);
  for (const Lease& row : loaded->leases) CHECK(row == row_of(row.id, 1));
  CHECK(loaded->recovery_until == kUndecided);
  commit(*store, {change(Event::Renewed, 2000, row_of(301, 1))});
  store.reset();
  const auto again = open_store(file)->load().value();
  CHECK(again.leases.size() == loaded->leases.size() + 1);
  CHECK_FALSE(again.salvaged_from);
  CHECK(again.recovery_until == kUndecided);  // until somebody decides
}

TEST_CASE("when a recovery from lost leases ends is kept, whatever becomes of the file",
          "[sqlite][P7]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  make_file(file);
  CHECK(open_store(file)->load()->recovery_until == WallTime{});
  auto store = open_store(file);
  REQUIRE(store->load());
  auto set = change(Event::RecoverySet, 2000, {});
  set.recovery_until = {5000};
  commit(*store, {set, change(Event::Renewed, 3000, row_of(1, 2))});
  SECTION("it is written anew") { REQUIRE(store->rewrite(std::vector{row_of(1, 2)}, 301)); }
  SECTION("it is opened again") {}
  SECTION("it is of the first version") {
    store.reset();
    auto database = Database::open(file, "", Create::No).value();
    REQUIRE(
        database.execute("ALTER TABLE meta DROP COLUMN recovery_until;"
                         "ALTER TABLE meta DROP COLUMN commits;PRAGMA user_version=1"));
    database = {};
    std::filesystem::remove(file + "-mark");  // that version knew of none
    CHECK(open_store(file)->load()->recovery_until == WallTime{});
    store = open_store(file);
    REQUIRE(store->load());
    commit(*store, {set});
  }
  store.reset();
  const auto loaded = open_store(file)->load().value();
  CHECK(loaded.recovery_until == WallTime{5000});
  CHECK(loaded.next_id == 301);
  CHECK_FALSE(loaded.salvaged_from);
}

TEST_CASE("a file that is no database at all is set aside", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  std::ofstream(file) << std::string(10'000, 'x');
  const auto loaded = open_store(file)->load();
  REQUIRE(loaded);
  CHECK(loaded->salvaged_from == file + ".damaged-1");
  CHECK(loaded->leases.empty());
  CHECK(loaded->next_id > 1'000'000);
  CHECK(loaded->recovery_until == kUndecided);
}

TEST_CASE("a replacement that a power cut interrupted is completed at start", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  make_file(file);
  std::filesystem::rename(file, file + ".new");
  std::ofstream(file) << "damaged";
  std::ofstream(file + "-wal") << "the damaged one's";
  const auto loaded = open_store(file)->load();
  REQUIRE(loaded);
  CHECK(loaded->leases.size() == 300);
  CHECK(loaded->salvaged_from == file + ".damaged-1");
  CHECK(loaded->recovery_until == WallTime{});  // the new one lost nothing
  CHECK(std::filesystem::exists(file + ".damaged-1-wal"));
}

TEST_CASE("a file lost while running is written anew from what control knows", "[sqlite][P7]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  make_file(file);
  auto store = open_store(file);
  REQUIRE(store->load());
  std::filesystem::remove(file);
  const auto failed = store->commit(std::vector{change(Event::Renewed, 2000, row_of(1, 2))});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "the file was moved or deleted");
  CHECK(store->is_damaged());
  CHECK(store->rewrite(std::vector{row_of(1, 2), row_of(2, 1)}, 301));
  CHECK_FALSE(store->is_damaged());
  // The old history is set aside with the old file; who holds what is in the new one.
  const auto holders = store->history({"203.0.113.7"_ip, 24000, {1500}}).value();
  REQUIRE(holders.size() == 1);
  CHECK(holders[0].event == Event::Granted);
  CHECK(holders[0].at == WallTime{1000});
  commit(*store, {change(Event::Renewed, 3000, row_of(2, 2))});
  store.reset();
  const auto loaded = open_store(file)->load().value();
  CHECK(loaded.leases == std::vector{row_of(1, 2), row_of(2, 2)});
  CHECK(loaded.next_id == 301);
}

TEST_CASE("damage that no commit would meet is found by reading back", "[sqlite][P7]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  make_file(file);
  auto store = open_store(file);
  REQUIRE(store->load());
  REQUIRE(store->scrub());
  SECTION("a page of leases") {
    scribble(file, std::filesystem::file_size(file) / 2 / 4096 * 4096, 4096);
  }
  SECTION("a few octets of a record") {
    std::ifstream stream(file, std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(stream), {}};
    scribble(file, octets.find("ACME"), 2);
  }
  SECTION("the header") { scribble(file, 0, 100); }
  SECTION("the next id was used already") {
    REQUIRE(Database::open(file, "", Create::No)->execute("UPDATE meta SET next_id = 300"));
  }
  SECTION("the file was emptied") { std::filesystem::resize_file(file, 0); }
  SECTION("the file went away") { std::filesystem::remove(file); }
  CHECK_FALSE(store->scrub());
  CHECK_FALSE(store->scrub());  // it stays found
  CHECK_FALSE(store->commit(std::vector{change(Event::Renewed, 2000, row_of(1, 2))}));
  CHECK(store->is_damaged());
  REQUIRE(store->rewrite(std::vector{row_of(1, 2)}, 301));
  CHECK(store->scrub());
  commit(*store, {change(Event::Renewed, 3000, row_of(1, 3))});
  store.reset();
  CHECK(open_store(file)->load()->leases == std::vector{row_of(1, 3)});
}

TEST_CASE("a large file is read back in parts, each once in turn", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  auto store = open_store(file);
  REQUIRE(store->load());
  std::vector<Change> batch;
  for (std::uint64_t id = 1; id <= 25'000; ++id)
    batch.push_back(change(Event::Renewed, 1000, row_of(id, 1)));
  commit(*store, batch);
  REQUIRE(store->checkpoint());
  const auto page_of_the_last = std::filesystem::file_size(file) - 4096;
  REQUIRE(store->scrub());
  scribble(file, page_of_the_last, 4096);
  CHECK(store->scrub());        // 10,001 to 20,000
  CHECK_FALSE(store->scrub());  // and the rest
}

TEST_CASE("what is written meanwhile is no damage", "[sqlite]") {
  const TemporaryFolder folder;
  auto store = open_store(folder.file("leases.db"));
  REQUIRE(store->load());
  std::atomic<int> scrubs = 0;
  std::atomic<bool> found_damage = false;
  const std::jthread caretaker{[&](const std::stop_token& stop) {
    for (; !stop.stop_requested(); ++scrubs)
      if (!store->checkpoint() || !store->scrub()) found_damage = true;
  }};
  Workload workload{7};
  for (int i = 0; i < 500 || scrubs < 100; ++i) {
    commit(*store, workload.next_batch(50));
    if (i % 100 != 99) continue;
    std::vector<Lease> rows;
    for (const auto& [id, row] : workload.rows()) rows.push_back(row);
    CHECK(store->rewrite(rows, rows.back().id + 1));
  }
  CHECK_FALSE(found_damage);
}

TEST_CASE("somebody else's lock is an error with a reason, and passes by itself", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  auto store = open_store(file);
  REQUIRE(store->load());
  auto shell = Database::open(file, "", Create::No).value();
  REQUIRE(shell.execute("BEGIN IMMEDIATE"));
  const std::vector batch{change(Event::Granted, 1000, row_of(1, 1))};
  const auto failed = store->commit(batch);
  REQUIRE_FALSE(failed);
  CHECK(to_string(failed.error()) == file + ": database is locked");
  CHECK_FALSE(store->is_damaged());
  REQUIRE(shell.execute("ROLLBACK"));
  CHECK(store->commit(batch));
}

TEST_CASE("a full disk is an error with a reason, and passes by itself", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  auto store = open_store(file);
  REQUIRE(store->load());
  // The file may not grow: SQLite sees what it sees on a full disk, a write cut short.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{16'384, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  std::vector<Change> batch;
  for (std::uint64_t id = 1; id <= 1000; ++id)
    batch.push_back(change(Event::Granted, 1000, row_of(id, 1)));
  const auto failed = store->commit(batch);
  const bool is_damaged = store->is_damaged();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().where == file);
  CHECK_FALSE(failed.error().what.empty());
  CHECK_FALSE(is_damaged);
  CHECK(store->commit(batch));
  CHECK(store->load()->leases.size() == 1000);
}

TEST_CASE("commits go on while the log is emptied behind them", "[sqlite]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  auto store = open_store(file);
  REQUIRE(store->load());
  Workload workload{3};
  for (int i = 0; i < 100; ++i) {
    commit(*store, workload.next_batch(50));
    CHECK(store->checkpoint());
  }
  CHECK(std::filesystem::file_size(file + "-wal") < 2'000'000);
}
