// SPDX-License-Identifier: BSD-3-Clause
// The store of SAs while its file, or its witness, goes away or cannot be written.
#include "drivers/sqlite/sa_store.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include "damages.hpp"
#include "sa_site.hpp"
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace portico;
using namespace portico::sqlite;
using support::TemporaryFolder;
using tunnel::SaState;
namespace fs = std::filesystem;

TEST_CASE("a file that goes away under a running store is written anew, and told",
          "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100), sending("b", 100)}));
  const std::string older = site.folder.file("older.db");
  SECTION("moved") { fs::rename(site.file, older); }
  SECTION("an older copy in its place") {
    site.copy(site.file, older);
    REQUIRE(site.commit({sending("a", 101)}));
    fs::remove(site.file);
    site.copy(older, site.file);
  }
  const auto told = site.commit({sending("a", 200)});
  REQUIRE_FALSE(told);
  CHECK_THAT(to_string(told.error()), Catch::Contains("set aside as " + site.file + ".damaged-1"));
  REQUIRE(site.commit({sending("a", 200)}));
  const auto loaded = site.start();
  CHECK_FALSE(loaded->distrust);
  CHECK(loaded->states == std::vector{sending("a", 200), sending("b", 100)});
}

namespace {

/// Cannot be written while it is told so.
class Reluctant final : public WitnessFile {
 public:
  Reluctant(bool& refuses, std::string file) : refuses_(refuses), file_(std::move(file)) {}
  [[nodiscard]] Result<std::optional<std::vector<std::uint8_t>>> read() const override {
    return file_.read();
  }
  [[nodiscard]] Result<void> replace(Bytes octets) override {
    if (refuses_) return fail("no space left on device");
    ++writes;
    return file_.replace(octets);
  }
  int writes = 0;

 private:
  bool& refuses_;
  WitnessOnDisk file_;
};

}  // namespace

TEST_CASE("the witness is written when a number is reserved or a key is new, not for tops",
          "[sqlite][E-4]") {
  const TemporaryFolder folder;
  bool refuses = false;
  auto owned = std::make_unique<Reluctant>(refuses, folder.file("witness"));
  auto& witness = *owned;
  const auto store = SaStore::open({.file = folder.file("sas.db")}, std::move(owned)).value();
  REQUIRE(store->load({}));
  const auto commit = [&](SaState state) { return store->commit(std::vector{state}).has_value(); };
  CHECK(witness.writes == 1);
  CHECK(commit(receiving("a", 1)));
  CHECK(witness.writes == 2);
  CHECK(commit(receiving("a", 2)));
  CHECK(witness.writes == 2);
  CHECK(commit(sending("a", 100)));
  CHECK(witness.writes == 3);
  auto more_octets = sending("a", 100);
  more_octets.octets += 7;
  CHECK(commit(more_octets));
  CHECK(witness.writes == 3);
  SECTION("what it could not be told of is not committed, and is another time") {
    refuses = true;
    CHECK_FALSE(commit(sending("a", 200)));
    CHECK_FALSE(commit(receiving("a", 3)));
    refuses = false;
    CHECK(commit(sending("a", 200)));
    CHECK(witness.writes == 4);
    CHECK(commit(receiving("a", 3)));
    CHECK(witness.writes == 4);
  }
}

TEST_CASE("a store that cannot be written at start is read, and written by a later commit",
          "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100)}));
  site.stop();
  site.copy(site.file, site.folder.file("copy"));
  auto somebody = Database::open(site.file, {}, Create::No).value();
  REQUIRE(somebody.execute("BEGIN IMMEDIATE"));
  const auto loaded = site.start();
  REQUIRE(loaded);
  CHECK(loaded->states == std::vector{sending("a", 100)});
  CHECK_FALSE(loaded->distrust);
  CHECK_FALSE(site.commit({sending("a", 200)}));
  REQUIRE(somebody.execute("ROLLBACK"));
  REQUIRE(site.commit({sending("a", 300)}));
  CHECK(site.start()->states == std::vector{sending("a", 300)});
  SECTION("from then on no copy of before is believed") {
    site.stop();
    site.copy(site.folder.file("copy"), site.file);
    check_retired(site, {"a"}, "older");
  }
}

TEST_CASE("a witness that cannot be written at start is written by a later commit",
          "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100)}));
  site.stop();
  Names retired;
  SECTION("the store is whole") {}
  SECTION("the store is lost") {
    fs::remove(site.file);
    retired = {"a"};
  }
  bool refuses = true;
  const auto loaded = site.start(std::make_unique<Reluctant>(refuses, site.witness));
  REQUIRE(loaded);
  CHECK(loaded->retired_keys == retired);
  const std::string copy = site.folder.file("copy");
  site.copy(site.file, copy);
  CHECK_FALSE(site.commit({sending("b", 100)}));
  refuses = false;
  REQUIRE(site.commit({sending("b", 100)}));
  site.stop();
  site.copy(copy, site.file);
  CHECK(site.start()->retired_keys == Names{"a", "b"});
}

TEST_CASE("a damaged store is not set aside before its witness tells that keys were used",
          "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100)}));
  site.stop();
  scribble(site.file, {0, 100});
  fs::remove(site.witness);
  bool refuses = true;
  CHECK_FALSE(site.start(std::make_unique<Reluctant>(refuses, site.witness)));
  CHECK_FALSE(fs::exists(site.file + ".damaged-1"));
  CHECK(site.start()->retired_keys == Names{"a", "b"});
}
