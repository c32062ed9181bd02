// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/sa_store_thread.hpp"

#include "drivers/sqlite/sa_store.hpp"
#include "fake/memory_sa_store.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <thread>
#include <vector>

using namespace portico;
using app::SaStoreThread;
using tunnel::SaName;
using tunnel::SaState;
using tunnel::Way;

namespace {

SaState sending(std::uint32_t index, std::uint64_t number) {
  return {{"a", Way::Sending, index}, number, 0, {}};
}

/// False if it does not come true in a long time.
template <class Condition>
bool await(Condition holds) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!holds() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return holds();
}

/// Takes what is durable until it says so of this.
bool await_durable(SaStoreThread& thread, const SaState& state) {
  bool came = false;
  return await([&] {
    for (const auto& durable : thread.take_durable())
      came = came || (durable.name == state.name && durable.number == state.number);
    return came;
  });
}

}  // namespace

TEST_CASE("a number comes back once it is durable, not before", "[store][E-4]") {
  fake::MemorySaStore store;
  std::atomic<int> told = 0;
  SaStoreThread thread{store, {.on_durable = [&told] { ++told; }}};
  CHECK(thread.take_durable().empty());
  for (std::uint64_t number = 1; number <= 200; ++number) {
    const auto state = sending(0, number);
    thread.submit({state, sending(1, 2 * number)});
    REQUIRE(await_durable(thread, state));
    CHECK(store.states().at(state.name).number == number);
  }
  CHECK(thread.stop() == 0);
  CHECK(told == 200);
  CHECK(thread.counters().commits.value() == 200);
  CHECK(thread.counters().states.value() == 400);
}

TEST_CASE("of what waits only the newest of each SA is written", "[store]") {
  fake::MemorySaStore store;
  store.break_with({"broken", ""});
  SaStoreThread thread{store, {}};
  for (std::uint64_t number = 1; number <= 1000; ++number)
    thread.submit({sending(0, number), sending(1, 2 * number)});
  REQUIRE(await([&] { return store.failures() > 0; }));
  thread.submit({sending(0, 5000)});
  store.mend();
  REQUIRE(await_durable(thread, sending(0, 5000)));
  CHECK(store.states().at(sending(1, 0).name).number == 2000);
  CHECK(thread.counters().commits.value() == 1);
  CHECK(thread.counters().states.value() == 2);
}

TEST_CASE("what comes while an attempt fails is newer than what failed", "[store][E-2]") {
  fake::MemorySaStore store;
  store.break_with({"broken", ""});
  std::atomic<SaStoreThread*> thread_under_test = nullptr;
  std::atomic<bool> came = false;
  store.meanwhile = [&] {
    if (auto* thread = thread_under_test.load(); thread != nullptr && !came.exchange(true))
      thread->submit({sending(0, 200)});
  };
  SaStoreThread thread{store, {}};
  thread_under_test = &thread;
  thread.submit({sending(0, 100), sending(1, 100)});
  REQUIRE(await([&] { return came && thread.counters().failures.value() > 0; }));
  store.mend();
  CHECK(await_durable(thread, sending(0, 200)));
  CHECK(store.states().at(sending(0, 0).name).number == 200);
  CHECK(store.states().at(sending(1, 0).name).number == 100);
}

TEST_CASE("a store that does not write means no number, a reason, and recovery by itself",
          "[store][E-4]") {
  fake::MemorySaStore store;
  SaStoreThread thread{store, {}};
  CHECK_FALSE(thread.trouble());
  store.break_with({"database or disk is full", "sas.db"});
  thread.submit({sending(0, 7)});
  REQUIRE(await([&] { return thread.trouble().has_value(); }));
  CHECK(to_string(*thread.trouble()) == "sas.db: database or disk is full");
  CHECK(thread.take_durable().empty());
  CHECK(thread.counters().failures.value() > 0);
  store.mend();
  CHECK(await_durable(thread, sending(0, 7)));
  CHECK_FALSE(thread.trouble());
}

TEST_CASE("stopping writes what waits, and tries for a while if it fails", "[store]") {
  fake::MemorySaStore store;
  SECTION("a store that writes") {
    SaStoreThread thread{store, {}};
    for (std::uint64_t number = 1; number <= 500; ++number) thread.submit({sending(0, number)});
    CHECK(thread.stop() == 0);
    CHECK(store.states().at(sending(0, 0).name).number == 500);
  }
  SECTION("one that is mended meanwhile") {
    store.break_with({"broken", ""});
    SaStoreThread thread{store, {.stop_patience = 60s}};
    thread.submit({sending(0, 7)});
    std::thread mender([&] {
      await([&] { return store.failures() > 2; });
      store.mend();
    });
    CHECK(thread.stop() == 0);
    mender.join();
    CHECK(store.states().size() == 1);
  }
  SECTION("one that never does") {
    store.break_with({"broken", ""});
    SaStoreThread thread{store, {.stop_patience = 0s}};
    thread.submit({sending(0, 7), sending(1, 7)});
    CHECK(thread.stop() == 2);
  }
}

TEST_CASE("what it says is durable, the next start finds", "[store][sqlite][E-4]") {
  const support::TemporaryFolder folder;
  const auto open = [&] {
    return sqlite::SaStore::open(
               {.file = folder.file("sas.db")},
               std::make_unique<sqlite::WitnessOnDisk>(folder.file("keys.witness")))
        .value();
  };
  std::map<SaName, std::uint64_t> durable;
  {
    const auto store = open();
    REQUIRE(store->load({}));
    SaStoreThread thread{*store, {}};
    for (std::uint64_t number = 1; number <= 100; ++number) {
      thread.submit({sending(0, number), sending(1, number)});
      for (const auto& now : thread.take_durable()) durable[now.name] = now.number;
    }
    REQUIRE(await_durable(thread, sending(0, 100)));
    durable[sending(0, 0).name] = 100;
  }
  const auto loaded = open()->load({});
  REQUIRE(loaded);
  CHECK(loaded->states.size() == 2);
  for (const auto& state : loaded->states) CHECK(state.number >= durable[state.name]);
}
