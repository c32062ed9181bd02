// SPDX-License-Identifier: BSD-3-Clause
// Of a file that is damaged, replaced or gone: what is saved of it, and that the loss is told.
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include "damages.hpp"
#include "lease_files.hpp"
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::lease;
using namespace portico::sqlite;
using portico::support::TemporaryFolder;

TEST_CASE("of a damaged file what reads is salvaged, and the old one set aside", "[sqlite][P7]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  make_file(file);
  SECTION("a page in the middle") { scribble(file, middle_of(file)); }
  SECTION("a few octets of a record") { scribble(file, {offset_of(file, "ACME"), 2}); }
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
