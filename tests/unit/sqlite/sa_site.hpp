// SPDX-License-Identifier: BSD-3-Clause
// A store of SAs with its witness in a folder of its own, started again and again.
#pragma once

#include "drivers/sqlite/sa_store.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace portico::sqlite {

struct Site {
  support::TemporaryFolder folder = {};
  std::string file = folder.file("sas.db");
  std::string witness = folder.file("keys.witness");
  std::unique_ptr<SaStore> store = {};
  std::set<std::string> keys = {"a", "b"};  // that there are now

  [[nodiscard]] auto open() const {
    return SaStore::open({.file = file}, std::make_unique<WitnessOnDisk>(witness));
  }
  [[nodiscard]] Result<tunnel::LoadedSas> start() {
    return start(std::make_unique<WitnessOnDisk>(witness));
  }
  [[nodiscard]] Result<tunnel::LoadedSas> start(std::unique_ptr<WitnessFile> with) {
    store.reset();
    store = SaStore::open({.file = file}, std::move(with)).value();
    return store->load(keys);
  }
  [[nodiscard]] Result<void> commit(std::vector<tunnel::SaState> batch) const {
    return store->commit(batch);
  }
  void stop() { store.reset(); }
  void copy(const std::string& from, const std::string& to) const {
    for (const std::string part : {"", "-wal"}) {
      std::filesystem::remove(to + part);
      if (std::filesystem::exists(from + part)) std::filesystem::copy_file(from + part, to + part);
    }
  }
};

inline tunnel::SaState sending(std::string key, std::uint64_t number, std::uint32_t index = 0) {
  return {{std::move(key), tunnel::Way::Sending, index}, number, number * 100, {1'700'000'000}};
}
inline tunnel::SaState receiving(std::string key, std::uint64_t number) {
  return {{std::move(key), tunnel::Way::Receiving, 0}, number, number * 100, {1'700'000'000}};
}

using Names = std::set<std::string>;

/// Says why, names the keys, and says it again at every start; other keys are usable.
inline void check_retired(Site& site, const Names& keys, const std::string& why) {
  for (int start = 0; start < 3; ++start) {
    const auto loaded = site.start();
    REQUIRE(loaded);
    CHECK(loaded->retired_keys == keys);
    REQUIRE(loaded->distrust);
    CHECK_THAT(*loaded->distrust, Catch::Contains(why));
    CHECK(loaded->states.size() == static_cast<std::size_t>(start));
    REQUIRE(site.commit({sending("other-" + std::to_string(start), 100)}));
  }
}

}  // namespace portico::sqlite
