// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/store_thread.hpp"

#include "drivers/sqlite/lease_store.hpp"
#include "fake/memory_store.hpp"
#include "support/temporary_folder.hpp"
#include "support/workload.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace portico;
using app::StoreThread;
using sqlite::Workload;

namespace {

/// Takes tickets until so many have come; false if they do not come in a long time.
bool await(StoreThread& thread, std::vector<std::uint64_t>& tickets, std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end) {
    thread.take_stored(tickets);
    if (tickets.size() >= count) return true;
    std::this_thread::yield();
  }
  return false;
}

bool await(const StoreThread& thread, bool trouble) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (thread.trouble().has_value() != trouble && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  return thread.trouble().has_value() == trouble;
}
bool await_trouble(const StoreThread& thread) { return await(thread, true); }
bool await_health(const StoreThread& thread) { return await(thread, false); }

std::vector<lease::Change> changes(std::size_t count) {
  Workload workload{1};
  std::vector<lease::Change> all;
  while (all.size() < count) all.push_back(workload.next_batch(1).front());
  return all;
}

}  // namespace

TEST_CASE("a ticket comes back once its change is durable, in order", "[store][P7][D-9]") {
  fake::MemoryStore store;
  std::atomic<int> told = 0;
  StoreThread thread{store, {.on_stored = [&told] { ++told; }}};
  const auto all = changes(1000);
  for (const auto& change : all) REQUIRE(thread.submit(change));
  std::vector<std::uint64_t> tickets;
  REQUIRE(await(thread, tickets, all.size()));
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(tickets[i] == all[i].ticket);
  CHECK(thread.stop() == 0);
  CHECK(told > 0);
  CHECK(thread.counters().changes.value() == 1000);
  CHECK(thread.counters().commits.value() == store.commits());
}

TEST_CASE("a store that does not write means no ticket, a reason, and recovery by itself",
          "[store][P7]") {
  fake::MemoryStore store;
  StoreThread thread{store, {}};
  store.break_with({"database or disk is full", "leases.db"});
  const auto all = changes(10);
  for (const auto& change : all) REQUIRE(thread.submit(change));
  REQUIRE(await_trouble(thread));
  CHECK(to_string(thread.trouble()->why) == "leases.db: database or disk is full");
  CHECK_FALSE(thread.trouble()->is_damaged);
  std::vector<std::uint64_t> tickets;
  thread.take_stored(tickets);
  CHECK(tickets.empty());
  CHECK(thread.counters().failures.value() > 0);
  store.mend();
  CHECK(await(thread, tickets, all.size()));
  CHECK_FALSE(thread.trouble());
}

TEST_CASE("more than may wait is not taken", "[store]") {
  fake::MemoryStore store;
  store.break_with({"broken", ""});
  StoreThread thread{store, {.queue = 8, .stop_patience = 0s}};
  const auto all = changes(9);
  for (std::size_t i = 0; i < 8; ++i) CHECK(thread.submit(all[i]));
  CHECK_FALSE(thread.submit(all[8]));
  CHECK(thread.stop() == 8);
}

TEST_CASE("stopping goes on trying a store that fails, for a while", "[store][P7]") {
  fake::MemoryStore store;
  store.break_for(3);  // and 50, then 100 ms in between
  StoreThread thread{store, {}};
  for (const auto& change : changes(10)) REQUIRE(thread.submit(change));
  REQUIRE(await_trouble(thread));
  CHECK(thread.stop() == 0);
  CHECK(thread.counters().changes.value() == 10);
}

TEST_CASE("stopping writes what waits", "[store]") {
  fake::MemoryStore store;
  StoreThread thread{store, {}};
  for (const auto& change : changes(500)) REQUIRE(thread.submit(change));
  CHECK(thread.stop() == 0);
  CHECK(thread.counters().changes.value() == 500);
}

TEST_CASE("a damaged file is replaced by control's copy, and the batch that failed is written",
          "[store][P7]") {
  fake::MemoryStore store;
  StoreThread thread{store, {}};
  store.break_with({"database disk image is malformed", "leases.db"}, true);
  const auto all = changes(1);
  REQUIRE(thread.submit(all[0]));
  REQUIRE(await_trouble(thread));
  CHECK(thread.trouble()->is_damaged);
  lease::Lease other = all[0].lease;
  other.id = 77;
  thread.rewrite({other}, 78);
  std::vector<std::uint64_t> tickets;
  REQUIRE(await(thread, tickets, 1));
  CHECK(store.leases().size() == 2);
  CHECK(thread.take_set_aside() == "memory.damaged-1");
  CHECK_FALSE(thread.take_set_aside());
  CHECK(thread.counters().rewrites.value() == 1);
}

TEST_CASE("damage is told and mended though nothing is to be written", "[store][P7]") {
  fake::MemoryStore store;
  StoreThread thread{store, {}};
  store.break_with({"damaged", "leases.db"}, true);
  REQUIRE(await_trouble(thread));
  CHECK(thread.trouble()->is_damaged);
  CHECK(thread.counters().damage_found.value() > 0);
  thread.rewrite({changes(1)[0].lease}, 78);
  CHECK(await_health(thread));
  CHECK(store.leases().size() == 1);
  CHECK(thread.take_set_aside() == "memory.damaged-1");
}

TEST_CASE("its threads run where they are told, not where control is pinned", "[store]") {
  fake::MemoryStore store;
  const auto all = app::allowed_cpus();
  int last = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &all)) last = cpu;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(last), &only);
  std::atomic<int> runs_on = -1;
  StoreThread thread{store, {.cpus = only, .on_stored = [&runs_on] { runs_on = sched_getcpu(); }}};
  REQUIRE(thread.submit(changes(1).front()));
  thread.stop();
  CHECK(runs_on == last);
}

TEST_CASE("many changes share one sync", "[store][sqlite]") {
  const support::TemporaryFolder folder;
  auto store = sqlite::LeaseStore::open({.file = folder.file("leases.db")}).value();
  REQUIRE(store->load());
  const auto all = changes(5'000);
  StoreThread thread{*store, {}};
  for (const auto& change : all) REQUIRE(thread.submit(change));
  std::vector<std::uint64_t> tickets;
  REQUIRE(await(thread, tickets, all.size()));
  CHECK(thread.counters().commits.value() < all.size() / 10);
}
