// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/entry_index.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <map>
#include <random>
#include <set>

namespace portico::gateway {
namespace {

struct Thing {
  std::uint64_t key = 0;
};
std::uint64_t key_of(const Thing& thing) noexcept { return thing.key; }
using Index = EntryIndex<Thing, key_of>;

std::set<Thing*> all_with(const Index& index, std::uint64_t key) {
  std::set<Thing*> found;
  index.for_each(key, [&found](Thing& thing) { found.insert(&thing); });
  return found;
}

TEST_CASE("an index finds what was put in, and nothing else", "[gateway]") {
  Index index;
  CHECK(index.find(1) == nullptr);
  Thing one{1}, other{1}, two{2};
  index.insert(one);
  CHECK(index.find(1) == &one);
  CHECK(index.find(2) == nullptr);
  index.insert(other);
  index.insert(two);
  CHECK(all_with(index, 1) == std::set{&one, &other});
  index.erase(one);
  CHECK(index.find(1) == &other);
  index.erase(other);
  CHECK(index.find(1) == nullptr);
  CHECK(index.find(2) == &two);
}

TEST_CASE("an index agrees with a map through thousands of insertions and erasures", "[gateway]") {
  std::mt19937 random{1};
  Index index;
  if (GENERATE(true, false)) index.reserve(3000);
  std::deque<Thing> things;
  std::multimap<std::uint64_t, Thing*> model;
  for (int step = 0; step < 20000; ++step) {
    const bool grows = step < 6000 || (step / 1000) % 2 == 0;
    if (model.empty() || random() % 3 < (grows ? 2 : 1)) {
      auto& thing = things.emplace_back(Thing{random() % 2000});
      index.insert(thing);
      model.emplace(thing.key, &thing);
    } else {
      const auto at = std::next(model.begin(), static_cast<int>(random() % model.size()));
      index.erase(*at->second);
      model.erase(at);
    }
    const std::uint64_t key = random() % 2000;
    std::set<Thing*> expected;
    const auto [first, last] = model.equal_range(key);
    for (auto i = first; i != last; ++i) expected.insert(i->second);
    REQUIRE(all_with(index, key) == expected);
    REQUIRE((index.find(key) != nullptr) == !expected.empty());
  }
}

}  // namespace
}  // namespace portico::gateway
