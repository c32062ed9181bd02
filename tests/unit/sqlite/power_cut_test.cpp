// SPDX-License-Identifier: BSD-3-Clause
// The power is cut at every write and every sync of a run; what survives must hold every batch that
// was acknowledged, and no part of another.
#include "drivers/sqlite/lease_store.hpp"
#include "support/power_cut_vfs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include "workload.hpp"
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

/// What must be there once an operation count is reached.
struct Acknowledged {
  std::size_t operations = 0;
  Workload::Rows rows;
  std::int64_t history = 0;
};

std::vector<Acknowledged> run(const PowerCutDisk& disk, const std::string& file, Sync sync) {
  auto store = LeaseStore::open({.file = file, .vfs = disk.vfs(), .sync = sync}).value();
  REQUIRE(store->load());
  std::vector<Acknowledged> acknowledged{{disk.operations(), {}, 0}};
  Workload workload{1};
  for (int i = 1; i <= kBatches; ++i) {
    REQUIRE(store->commit(workload.next_batch(12)));
    acknowledged.push_back({disk.operations(), workload.rows(), workload.history()});
    if (i % kBatchesACheckpoint == 0) REQUIRE(store->checkpoint());
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

/// How many of the cuts lost something, the first after the tables have been made.
std::size_t lost(Sync sync, std::size_t& cuts) {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  const PowerCutDisk disk{"before-the-cut"};
  const auto acknowledged = run(disk, file, sync);
  const std::size_t first = acknowledged.front().operations;
  const std::size_t places = disk.operations() - first;
  cuts = support::power_cuts_wanted(places);
  std::mt19937 random(99);
  std::size_t lost_some = 0;
  for (std::size_t i = 0; i < cuts; ++i) {
    const std::size_t cut = first + 1 + i % places;
    lost_some += !survives(disk.after_cut(cut, random), file, acknowledged, cut);
  }
  return lost_some;
}

}  // namespace

TEST_CASE("what was acknowledged survives a power cut at any write or sync", "[sqlite][P7][D-9]") {
  std::size_t cuts = 0;
  CHECK(lost(Sync::Full, cuts) == 0);
  CHECK(cuts >= 300);
  WARN(cuts << " power cuts");
}

TEST_CASE("the power cuts are real: without syncs they lose leases", "[sqlite][D-9]") {
  std::size_t cuts = 0;
  CHECK(lost(Sync::Off, cuts) > cuts / 10);
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
