// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/open_table.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using portico::tunnel::OpenTable;

TEST_CASE("a table holds what a map would hold", "[tunnel]") {
  constexpr std::size_t kMost = 200;
  OpenTable<int> table{kMost, std::pmr::get_default_resource()};
  std::map<std::uint32_t, int> model;
  std::mt19937 random{7};
  const bool dense = GENERATE(true, false);
  for (int i = 0; i < 100'000; ++i) {
    const auto key =
        static_cast<std::uint32_t>(dense ? 1 + random() % 400 : random() % 400 * 65536 + 256);
    if (random() % 2 == 0 && model.size() < kMost) {
      table.set(key, i);
      model[key] = i;
    } else {
      table.erase(key);
      model.erase(key);
    }
    const auto asked =
        static_cast<std::uint32_t>(dense ? random() % 402 : random() % 400 * 65536 + 256);
    const auto* found = table.find(asked);
    const auto known = model.find(asked);
    REQUIRE((found != nullptr) == (known != model.end()));
    if (found != nullptr) REQUIRE(*found == known->second);
    REQUIRE(table.size() == model.size());
  }
}

TEST_CASE("0 names nothing", "[tunnel]") {
  OpenTable<int> table{4, std::pmr::get_default_resource()};
  CHECK(table.find(0) == nullptr);
  table.set(1, 5);
  CHECK(table.find(0) == nullptr);
}
