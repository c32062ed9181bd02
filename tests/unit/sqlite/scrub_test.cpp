// SPDX-License-Identifier: BSD-3-Clause
// Damage is found by reading back, before anybody needs what is damaged.
#include "support/temporary_folder.hpp"
#include "support/workload.hpp"

#include <catch2/catch.hpp>

#include "damages.hpp"
#include "lease_files.hpp"
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

using namespace portico;
using namespace portico::lease;
using namespace portico::sqlite;
using portico::support::TemporaryFolder;

TEST_CASE("damage that no commit would meet is found by reading back", "[sqlite][P7]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  make_file(file);
  auto store = open_store(file);
  REQUIRE(store->load());
  REQUIRE(store->scrub());
  SECTION("a page of leases") { scribble(file, middle_of(file)); }
  SECTION("a few octets of a record") { scribble(file, {offset_of(file, "ACME"), 2}); }
  SECTION("the header") { scribble(file, {0, 100}); }
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
  const auto page_of_the_last = page(std::filesystem::file_size(file) / kPage);
  REQUIRE(store->scrub());
  scribble(file, page_of_the_last);
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
