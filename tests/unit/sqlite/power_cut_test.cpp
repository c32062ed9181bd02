// SPDX-License-Identifier: BSD-3-Clause
// The power is cut at every write and every sync of a run; what survives must hold every batch that
// was acknowledged, and no part of another.
#include "drivers/sqlite/lease_store.hpp"
#include "support/power_cut_vfs.hpp"
#include "support/temporary_folder.hpp"
#include "support/workload.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::sqlite;
using support::PowerCutDisk;
using support::TemporaryFolder;

namespace {

constexpr int kBatches = 60;
constexpr int kBatchesACheckpoint = 7;
constexpr int kBatchesAnEmptyLog = 21;

/// What must be there once an operation count is reached.
struct Acknowledged {
  std::size_t operations = 0;
  Workload::Rows rows;
  std::int64_t history = 0;
};

std::vector<Acknowledged> run(const PowerCutDisk& disk, const std::string& file, Sync sync,
                              std::uint32_t seed = 1) {
  auto store = LeaseStore::open({.file = file, .vfs = disk.vfs(), .sync = sync}).value();
  REQUIRE(store->load());
  std::vector<Acknowledged> acknowledged{{disk.operations(), {}, 0}};
  Workload workload{seed};
  for (int i = 1; i <= kBatches; ++i) {
    REQUIRE(store->commit(workload.next_batch(12)));
    acknowledged.push_back({disk.operations(), workload.rows(), workload.history()});
    if (i % kBatchesACheckpoint == 0) REQUIRE(store->checkpoint());
    if (i % kBatchesAnEmptyLog == 0) REQUIRE(store->empty_log().value());
  }
  return acknowledged;
}

bool holds(const lease::Loaded& loaded, std::int64_t history, const Acknowledged& wanted) {
  return history == wanted.history && loaded.leases.size() == wanted.rows.size() &&
         std::ranges::all_of(loaded.leases, [&](const lease::Lease& lease) {
           const auto found = wanted.rows.find(lease.id);
           return found != wanted.rows.end() && found->second == lease;
         });
}

std::int64_t count_history(const PowerCutDisk& disk, const std::string& file) {
  auto database = Database::open(file, disk.vfs(), Create::No);
  return database ? database->integer("SELECT count(*) FROM history").value_or(-1) : -1;
}

/// Does what survived hold all that was acknowledged by then, and at most the batch then under way?
bool survives(const support::DiskImage& image, const std::string& file,
              const std::vector<Acknowledged>& acknowledged, std::size_t cut) {
  const PowerCutDisk disk{"after-the-cut", image};
  auto store = LeaseStore::open({.file = file, .vfs = disk.vfs()}).value();
  const auto loaded = store->load();
  if (!loaded || loaded->salvaged_from) return false;
  const std::int64_t history = count_history(disk, file);
  const auto next = std::ranges::upper_bound(acknowledged, cut, {}, &Acknowledged::operations);
  const bool is_whole = holds(*loaded, history, *std::prev(next)) ||
                        (next != acknowledged.end() && holds(*loaded, history, *next));
  Workload later{2};
  return is_whole && store->commit(later.next_batch(3)).has_value();
}

struct Tally {
  std::size_t cuts = 0;
  std::size_t lost = 0;  ///< those that lost something
};

/// One run, cut at each operation since the tables have been made, or at each so-manieth.
void cut_everywhere(Sync sync, std::uint32_t seed, Tally& tally, std::size_t step = 1) {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  const PowerCutDisk disk{"before-the-cut"};
  const auto acknowledged = run(disk, file, sync, seed);
  std::mt19937 random(seed);
  for (std::size_t cut = acknowledged.front().operations + 1; cut <= disk.operations();
       cut += step) {
    ++tally.cuts;
    tally.lost += !survives(disk.after_cut(cut, random), file, acknowledged, cut);
  }
}

}  // namespace

TEST_CASE("what was acknowledged survives a power cut at any write or sync", "[sqlite][P7][D-9]") {
  Tally tally;
  for (std::uint32_t seed = 1; seed == 1 || tally.cuts < support::power_cuts_wanted(); ++seed)
    cut_everywhere(Sync::Full, seed, tally);
  CHECK(tally.lost == 0);
  CHECK(tally.cuts >= 300);
  WARN(tally.cuts << " power cuts");
}

TEST_CASE("the power cuts are real: without syncs they lose leases", "[sqlite][D-9]") {
  Tally tally;
  cut_everywhere(Sync::Off, 1, tally, 11);
  REQUIRE(tally.cuts > 20);
  CHECK(tally.lost > tally.cuts / 10);
}

TEST_CASE("a power cut while the first file is made leaves none, or a whole one", "[sqlite][P7]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  const PowerCutDisk disk{"before-the-cut"};
  const auto acknowledged = run(disk, file, Sync::Full);
  std::mt19937 random(7);
  std::size_t unusable = 0;
  for (std::size_t cut = 0; cut <= acknowledged.front().operations; ++cut) {
    const PowerCutDisk after{"after-the-cut", disk.after_cut(cut, random)};
    auto store = LeaseStore::open({.file = file, .vfs = after.vfs()}).value();
    const auto loaded = store->load();
    unusable += !loaded || !loaded->leases.empty() || loaded->salvaged_from;
  }
  CHECK(unusable == 0);
}
