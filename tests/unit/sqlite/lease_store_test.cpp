// SPDX-License-Identifier: BSD-3-Clause
// Leases are on disk when a commit returns, and there again after a restart.
#include "support/temporary_folder.hpp"
#include "support/workload.hpp"

#include <catch2/catch.hpp>

#include "lease_files.hpp"
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace portico;
using namespace portico::lease;
using namespace portico::sqlite;
using portico::support::TemporaryFolder;

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

TEST_CASE("what a start on a full disk needs stays when the file is closed", "[sqlite][P7]") {
  const TemporaryFolder folder;
  {
    auto store = open_store(folder.file("leases.db"));
    REQUIRE(store->load());
    commit(*store, {change(Event::Granted, 1000, row_of(7, 1))});
  }
  CHECK(std::filesystem::file_size(folder.file("leases.db-wal")) == 0);
  CHECK(std::filesystem::exists(folder.file("leases.db-shm")));
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
  const auto second = sqlite::LeaseStore::open({.file = folder.file("leases.db")});
  REQUIRE_FALSE(second);
  CHECK(to_string(second.error()) ==
        folder.file("leases.db") + ": another instance holds this file");
  first.reset();
  CHECK(sqlite::LeaseStore::open({.file = folder.file("leases.db")}));
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
