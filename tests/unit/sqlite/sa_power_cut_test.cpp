// SPDX-License-Identifier: BSD-3-Clause
// The power is cut at every write, sync and renaming of a run over several starts. What survives
// never says less than was acknowledged of a sending SA, and is never distrusted.
#include "drivers/sqlite/sa_store.hpp"
#include "support/power_cut_vfs.hpp"
#include "support/power_cut_witness.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include "sa_workload.hpp"
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::sqlite;
using support::PowerCutDisk;
using support::PowerCutWitness;
using support::TemporaryFolder;

namespace {

constexpr int kStarts = 4;
constexpr int kCommitsAStart = 20;
constexpr const char* kWitness = "keys.witness";

/// What was acknowledged once an operation count is reached.
struct Acknowledged {
  std::size_t operations = 0;
  SaWorkload::States states;
};

std::unique_ptr<SaStore> open_store(PowerCutDisk& disk, const std::string& file, Sync sync) {
  return SaStore::open({.file = file, .vfs = disk.vfs(), .sync = sync},
                       std::make_unique<PowerCutWitness>(disk, kWitness))
      .value();
}

std::vector<Acknowledged> run(PowerCutDisk& disk, const std::string& file, Sync sync,
                              std::uint32_t seed) {
  std::vector<Acknowledged> acknowledged{{0, {}}};
  SaWorkload workload{seed};
  for (int start = 0; start < kStarts; ++start) {
    const auto store = open_store(disk, file, sync);
    REQUIRE(store->load({}));
    for (int i = 0; i < kCommitsAStart; ++i) {
      REQUIRE(store->commit(workload.next_batch()));
      acknowledged.push_back({disk.operations(), workload.states()});
    }
  }
  return acknowledged;
}

/// Nothing, or what is wrong with what survived; the next start after it included.
std::string fault_of(const support::DiskImage& image, const std::string& file,
                     const SaWorkload::States& promised) {
  PowerCutDisk disk{"after-the-cut", image};
  for (int start = 0; start < 2; ++start) {
    const auto store = open_store(disk, file, Sync::Full);
    const auto loaded = store->load({});
    if (!loaded) return to_string(loaded.error());
    if (loaded->distrust || !loaded->retired_keys.empty()) return "distrusted";
    for (const auto& [name, state] : promised) {
      const auto found = std::ranges::find(loaded->states, name, &tunnel::SaState::name);
      if (found == loaded->states.end()) return "acknowledged and gone: " + name.key;
      if (found->number < state.number) return "acknowledged and set back: " + name.key;
    }
    if (!store->commit(SaWorkload{2}.next_batch())) return "nothing can be committed any more";
  }
  return {};
}

struct Tally {
  std::size_t cuts = 0;
  std::vector<std::string> faults;
};

void cut_everywhere(Sync sync, std::uint32_t seed, Tally& tally) {
  const TemporaryFolder folder;
  const std::string file = folder.file("sas.db");
  PowerCutDisk disk{"before-the-cut"};
  const auto acknowledged = run(disk, file, sync, seed);
  std::mt19937 random(seed);
  for (std::size_t cut = 0; cut <= disk.operations(); ++cut, ++tally.cuts) {
    const auto next = std::ranges::upper_bound(acknowledged, cut, {}, &Acknowledged::operations);
    const auto fault = fault_of(disk.after_cut(cut, random), file, std::prev(next)->states);
    if (!fault.empty()) tally.faults.push_back("cut " + std::to_string(cut) + ": " + fault);
  }
}

}  // namespace

TEST_CASE("no acknowledged sequence number is set back by a power cut at any operation of the disk",
          "[sqlite][E-2][E-4]") {
  Tally tally;
  for (std::uint32_t seed = 1; seed == 1 || tally.cuts < support::power_cuts_wanted(); ++seed)
    cut_everywhere(Sync::Full, seed, tally);
  CHECK(tally.faults == std::vector<std::string>{});
  CHECK(tally.cuts >= 500);
  WARN(tally.cuts << " power cuts");
}

TEST_CASE("the cuts under the SAs are real: without syncs they set numbers back", "[sqlite][E-2]") {
  Tally tally;
  cut_everywhere(Sync::Off, 1, tally);
  CHECK(tally.faults.size() > tally.cuts / 10);
}
