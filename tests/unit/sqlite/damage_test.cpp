// SPDX-License-Identifier: BSD-3-Clause
// Each kind of page of the lease file and each part of its log is ruined, before a start and under
// a running store. Running, nothing is lost, for control knows it all; at start what reads is
// salvaged, and that something was lost is never overlooked.
#include "drivers/sqlite/lease_store.hpp"
#include "support/temporary_folder.hpp"
#include "support/workload.hpp"

#include <catch2/catch.hpp>

#include "damages.hpp"
#include "lease_files.hpp"
#include <filesystem>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::sqlite;
using portico::support::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

using Rows = Workload::Rows;

Rows rows_of(const lease::Loaded& loaded) {
  Rows rows;
  for (const auto& row : loaded.leases) rows.emplace(row.id, row);
  return rows;
}

/// A store and the control core's copy of what is in it.
struct Site {
  std::string file;
  Workload workload{11};
  Rows rows = {};
  std::unique_ptr<LeaseStore> store = {};
  int rewrites = 0;

  explicit Site(std::string name) : file(std::move(name)), store(open_store(file)) {
    REQUIRE(store->load());
  }
  /// Leases, one of them too long for a page, and so much history that some of it could go.
  void fill() {
    for (int i = 0; i < 80; ++i) commit();
    rows.begin()->second.vendor_class = std::string(10'000, 'v');
    rows.begin()->second.epoch += 1'000'000;
    commit(std::vector<lease::Change>{{.event = lease::Event::Renewed,
                                       .at = rows.begin()->second.granted,
                                       .lease = rows.begin()->second,
                                       .usage = {}}});
    const WallTime early{rows.begin()->second.granted.s + 1000};
    while (store->prune_history(early).value()) continue;
  }
  void commit() {
    const auto batch = workload.next_batch(60);
    for (const auto& change : batch) apply(change);
    commit(batch);
  }
  /// As the store thread does: what fails is tried again, what is damaged is written anew.
  void commit(const std::vector<lease::Change>& batch) {
    for (int i = 0; i < 3; ++i) {
      if (store->commit(batch)) return;
      if (!store->is_damaged()) continue;
      std::vector<lease::Lease> known;
      for (const auto& [id, row] : rows) known.push_back(row);
      REQUIRE(store->rewrite(known, known.back().id + 1));
      ++rewrites;
    }
    FAIL("it does not commit");
  }
  /// As the caretaker does.
  void take_care() const {
    (void)store->checkpoint();
    (void)store->scrub();
    (void)store->empty_log();
  }
  void close() { store.reset(); }

 private:
  /// A later write wins.
  void apply(const lease::Change& change) {
    const auto known = rows.find(change.lease.id);
    if (known != rows.end() && known->second.epoch > change.lease.epoch) return;
    if (change.event == lease::Event::Forgotten)
      rows.erase(change.lease.id);
    else
      rows.insert_or_assign(change.lease.id, change.lease);
  }
};

/// The files as `kill -9` leaves them.
std::string left_by_a_kill(const std::string& file, const std::string& copy) {
  for (const char* part : {"", "-wal", "-shm", "-mark"})
    fs::copy_file(file + part, copy + part, fs::copy_options::overwrite_existing);
  return copy;
}

void check_it_was_noticed(const std::string& file, const Rows& rows) {
  const auto loaded = open_store(file)->load();
  REQUIRE(loaded);
  CHECK(loaded->salvaged_from == file + ".damaged-1");
  CHECK(loaded->recovery_until == lease::kUndecided);
  CHECK(loaded->next_id > rows.rbegin()->first);
  for (const auto& [id, row] : rows_of(*loaded)) {
    INFO("lease " << id);
    CHECK((!rows.contains(id) || row.epoch <= rows.at(id).epoch));
  }
  const auto again = open_store(file)->load();
  CHECK_FALSE(again->salvaged_from);
  CHECK(again->recovery_until == lease::kUndecided);
}

void check_nothing_was_lost(const std::string& file, const Rows& rows) {
  const auto loaded = open_store(file)->load();
  REQUIRE(loaded);
  CHECK_FALSE(loaded->salvaged_from);
  CHECK(loaded->recovery_until == WallTime{});
  CHECK(rows_of(*loaded) == rows);
}

}  // namespace

TEST_CASE("whatever page is ruined before a start, a loss is noticed, and no lease is invented",
          "[sqlite][P7]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  site.close();
  for (const auto& damage : kOfLeases) {
    SECTION(damage.what) {
      damage.inflict(site.file);
      check_it_was_noticed(site.file, site.rows);
    }
  }
  for (const auto& damage : kOfHistory) {
    SECTION(damage.what) {
      damage.inflict(site.file);
      check_nothing_was_lost(site.file, site.rows);
      site.store = open_store(site.file);
      REQUIRE(site.store->load());
      for (int i = 0; i < 20; ++i) site.commit();
      site.close();
      check_nothing_was_lost(site.file, site.rows);
    }
  }
}

TEST_CASE("whatever page is ruined under a running store, nothing is lost", "[sqlite][P7]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  REQUIRE(site.store->checkpoint());
  for (const auto& all : {kOfLeases, kOfHistory}) {
    for (const auto& damage : all) {
      SECTION(damage.what) { damage.inflict(site.file); }
    }
  }
  for (const auto& all : {kOfLog, kOfFrames, kOfLogIndex}) {
    for (const auto& damage : all) {
      SECTION(damage.what) {
        for (int i = 0; i < 10; ++i) site.commit();
        damage.inflict(site.file);
      }
    }
  }
  for (int i = 0; i < 30; ++i) {
    site.take_care();
    site.commit();
  }
  site.close();
  check_nothing_was_lost(site.file, site.rows);
}

TEST_CASE("a ruined page of leases is found by the next scrub of a running store", "[sqlite][P7]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  REQUIRE(site.store->checkpoint());
  for (const auto& damage : kOfLeases) {
    SECTION(damage.what) {
      damage.inflict(site.file);
      CHECK_FALSE(site.store->scrub());
      site.commit();
      CHECK(site.rewrites == 1);
      CHECK(site.store->scrub());
    }
  }
}

TEST_CASE("synced commits that are gone from the log of a store that was killed are noticed",
          "[sqlite][P7]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  for (int i = 0; i < 10; ++i) site.commit();
  const std::string copy = folder.file("copy.db");
  const auto check = [&](const std::vector<Damage>& all, auto check_loss) {
    for (const auto& damage : all) {
      INFO(damage.what);
      left_by_a_kill(site.file, copy);
      damage.inflict(copy);
      check_loss(copy, site.rows);
      for (const char* part : {"", "-wal"}) fs::remove(copy + ".damaged-1" + part);
    }
  };
  SECTION("not yet moved into the file") {
    check(kOfLog, check_it_was_noticed);
    check(kOfFrames, check_it_was_noticed);
  }
  SECTION("moved, but the log not cut yet") {
    REQUIRE(site.store->checkpoint());
    check(kOfLog, check_nothing_was_lost);
    check(kOfFrames, check_it_was_noticed);
  }
  SECTION("the log's index is made anew from the log") {
    check(kOfLogIndex, check_nothing_was_lost);
  }
}

TEST_CASE("the file of an idle store holds everything by itself", "[sqlite][P7]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  CHECK(site.store->empty_log().value());
  CHECK(fs::file_size(site.file + "-wal") == 0);
  const std::string copy = left_by_a_kill(site.file, folder.file("copy.db"));
  fs::remove(copy + "-wal");
  check_nothing_was_lost(copy, site.rows);
}

TEST_CASE("a log that somebody reads is cut later", "[sqlite]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  auto shell = Database::open(site.file, "", Create::No).value();
  REQUIRE(shell.execute("BEGIN; SELECT next_id FROM meta"));
  site.commit();
  CHECK_FALSE(site.store->empty_log().value());
  REQUIRE(shell.execute("COMMIT"));
  CHECK(site.store->empty_log().value());
}

TEST_CASE("an older file in the place of a newer one is a loss", "[sqlite][P7]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  REQUIRE(site.store->empty_log().value());
  const std::string backup = left_by_a_kill(site.file, folder.file("backup.db"));
  site.commit();
  site.close();
  fs::copy_file(backup, site.file, fs::copy_options::overwrite_existing);
  check_it_was_noticed(site.file, site.rows);
}

TEST_CASE("of an older file no client gets back what was free: it may be another's by now",
          "[sqlite][N2]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  auto& free = site.rows.begin()->second;
  free.state = lease::State::Remembered;
  free.epoch += 1;
  site.commit(std::vector<lease::Change>{
      {.event = lease::Event::Superseded, .at = free.until, .lease = free, .usage = {}}});
  const std::string copy = left_by_a_kill(site.file, folder.file("copy.db"));
  CHECK(rows_of(open_store(copy)->load().value()) == site.rows);
  left_by_a_kill(site.file, copy);
  const auto before = site.rows;
  site.commit();
  fs::copy_file(site.file + "-mark", copy + "-mark", fs::copy_options::overwrite_existing);
  const auto loaded = open_store(copy)->load().value();
  CHECK(loaded.salvaged_from);
  CHECK_FALSE(rows_of(loaded).contains(free.id));
  CHECK(loaded.leases.size() == before.size() - 1);
}

TEST_CASE("a mark that does not read claims nothing", "[sqlite]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  site.close();
  const std::string mark = site.file + "-mark";
  SECTION("ruined") { scribble(mark, {0, 3}); }
  SECTION("emptied") { fs::resize_file(mark, 0); }
  SECTION("gone") { fs::remove(mark); }
  check_nothing_was_lost(site.file, site.rows);
}

TEST_CASE("a file that is not there is a first start, whatever was marked", "[sqlite]") {
  const TemporaryFolder folder;
  Site site{folder.file("leases.db")};
  site.fill();
  site.close();
  fs::remove(site.file);
  check_nothing_was_lost(site.file, {});
}
