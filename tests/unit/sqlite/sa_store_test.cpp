// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/sa_store.hpp"

#include "drivers/posix/disk.hpp"

#include <catch2/catch.hpp>

#include "damages.hpp"
#include "sa_site.hpp"
#include "sa_workload.hpp"
#include <filesystem>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::sqlite;
using tunnel::SaState;
namespace fs = std::filesystem;

TEST_CASE("what was committed is there at the next start", "[sqlite][E-4]") {
  Site site;
  const auto first = site.start();
  REQUIRE(first);
  CHECK(first->states.empty());
  CHECK_FALSE(first->distrust);
  CHECK_FALSE(first->notice);
  REQUIRE(site.commit({sending("a", 1 << 24), receiving("a", 77)}));
  REQUIRE(site.commit({sending("b", 5, 3), receiving("a", 99)}));
  const auto second = site.start();
  CHECK(second->states ==
        std::vector{sending("a", 1 << 24), receiving("a", 99), sending("b", 5, 3)});
  CHECK_FALSE(second->distrust);
  CHECK_FALSE(second->notice);
}

TEST_CASE("a number never goes back, a batch may come twice", "[sqlite][E-2]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 200), sending("a", 100)}));
  REQUIRE(site.commit({sending("a", 150)}));
  REQUIRE(site.commit({sending("a", 150)}));
  CHECK(site.start()->states == std::vector{sending("a", 200)});
}

TEST_CASE("a second instance on the same SAs is refused", "[sqlite]") {
  Site site;
  REQUIRE(site.start());
  CHECK(to_string(site.open().error()) == site.file + ": another instance holds this file");
}

TEST_CASE("a file of leases is not one of SAs, and left alone", "[sqlite]") {
  Site site;
  auto leases = Database::open(site.file, "", Create::IfMissing).value();
  REQUIRE(ensure_schema(leases, site.file));
  leases = {};
  CHECK(to_string(site.start().error()) == site.file + ": a database, but not of SAs");
  CHECK(fs::exists(site.file));
}

TEST_CASE("of a lost store every key that was used is retired, for good", "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100), sending("b", 100)}));
  site.stop();
  fs::remove(site.file);
  check_retired(site, {"a", "b"}, "sas.db is lost");
  SECTION("and if it is lost again, what was used since as well") {
    site.stop();
    fs::remove(site.file);
    CHECK(site.start()->retired_keys == Names{"a", "b", "other-0", "other-1", "other-2"});
  }
}

TEST_CASE("an older copy put back is noticed", "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100)}));
  const std::string backup = site.folder.file("backup.db");
  SECTION("of the same run") {
    site.copy(site.file, backup);
    REQUIRE(site.commit({sending("a", 200)}));
  }
  SECTION("of before a restart, though no number was reserved since") {
    site.stop();
    site.copy(site.file, backup);
    REQUIRE(site.start());
    REQUIRE(site.commit({receiving("a", 7)}));
  }
  site.stop();
  site.copy(backup, site.file);
  check_retired(site, {"a"}, "is older than what was last written");
  CHECK(fs::exists(site.file + ".damaged-1"));
}

TEST_CASE("a store that does not know of a key that was used is not believed", "[sqlite][E-4]") {
  Site site, other;
  REQUIRE(other.start());
  for (int i = 1; i < 10; ++i) REQUIRE(other.commit({sending("z", i)}));
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100)}));
  site.stop();
  other.stop();
  site.copy(other.file, site.file);
  check_retired(site, {"a"}, "does not know of every key that was used");
}

TEST_CASE("a witness that is gone or ruined is written anew, and said so", "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  REQUIRE(site.commit({sending("a", 100)}));
  site.stop();
  std::string why = " was ruined";
  SECTION("gone") {
    fs::remove(site.witness);
    why = " was gone";
  }
  SECTION("emptied") { fs::resize_file(site.witness, 0); }
  SECTION("cut short") { fs::resize_file(site.witness, fs::file_size(site.witness) - 1); }
  SECTION("garbage") { scribble(site.witness, {3, 5}); }
  const auto loaded = site.start();
  REQUIRE(loaded);
  CHECK(loaded->notice == "the witness of " + site.file + why + ", and is written anew");
  CHECK(loaded->states == std::vector{sending("a", 100)});
  CHECK_FALSE(site.start()->notice);
  site.stop();
  fs::remove(site.file);
  CHECK(site.start()->retired_keys == Names{"a"});
}

TEST_CASE("if it is not known which keys were used, all there are now are retired",
          "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  for (int i = 1; i < 10; ++i) REQUIRE(site.commit({sending("a", i * 100), sending("c", 7)}));
  site.stop();
  const std::string backup = site.folder.file("backup.db");
  site.copy(site.file, backup);
  const std::string loss =
      GENERATE("the store, its witness damaged", "its witness, the store damaged", "both damaged");
  INFO(loss);
  if (loss.starts_with("the store"))
    fs::remove(site.file);
  else
    scribble(site.file, {0, 100});
  if (loss.starts_with("its witness"))
    fs::remove(site.witness);
  else
    scribble(site.witness, {3, 5});
  check_retired(site, {"a", "b"}, "which keys were used is not known");
  SECTION("keys that come later are not") {
    site.keys = {"later"};
    CHECK(site.start()->retired_keys == Names{"a", "b"});
  }
  SECTION("a copy of before is not believed, though it looks whole") {
    site.stop();
    site.copy(backup, site.file);
    const auto loaded = site.start();
    REQUIRE(loaded->distrust);
    CHECK_THAT(*loaded->distrust, Catch::Contains("older than what was last written"));
    CHECK(loaded->states.empty());
  }
  SECTION("without any keys there are none to retire, and the copy is not believed either") {
    fs::remove(site.file);
    scribble(site.witness, {3, 5});
    site.keys = {};
    CHECK(site.start()->retired_keys.empty());
    site.stop();
    site.copy(backup, site.file);
    CHECK(site.start()->states.empty());
  }
}

TEST_CASE("whatever page is ruined before a start, a loss is noticed and no number set back",
          "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  SaWorkload workload{3};
  for (int i = 0; i < 40; ++i) REQUIRE(site.commit(workload.next_batch()));
  std::vector<SaState> many;
  for (std::uint32_t i = 0; i < 600; ++i) many.push_back(sending("many", i + 1, i));
  REQUIRE(site.commit(many));
  const auto states = site.start()->states;
  site.stop();
  const auto pages = fs::file_size(site.file) / kPage;
  REQUIRE(pages > 10);
  const std::string whole = site.folder.file("whole.db");
  site.copy(site.file, whole);
  const auto keys = decode_witness(posix::read_whole(site.witness, 1 << 20).value())->keys;
  int noticed = 0;
  const auto check = [&](const std::string& what) {
    INFO(what);
    const auto loaded = site.start();
    REQUIRE(loaded);
    if (loaded->distrust) {
      ++noticed;
      CHECK(loaded->retired_keys == Names(keys.begin(), keys.end()));
      CHECK(loaded->states.empty());
    } else {
      CHECK(loaded->states == states);
    }
    site.stop();
    site.copy(whole, site.file);
    // The witness is of this copy again.
    REQUIRE(posix::write_atomically(site.witness, encode(Witness{1, keys}), 0600));
  };
  for (std::uintmax_t number = 1; number <= pages; ++number) {
    scribble(site.file, page(number));
    check("garbage in page " + std::to_string(number));
    scribble(site.file, page(number), 0);
    check("zeros in page " + std::to_string(number));
    fs::resize_file(site.file, (number - 1) * kPage);
    check("cut before page " + std::to_string(number));
  }
  CHECK(noticed == static_cast<int>(3 * pages));
}

TEST_CASE("commits that are gone from the log of a store that was killed are noticed",
          "[sqlite][E-4]") {
  Site site;
  REQUIRE(site.start());
  for (std::uint64_t i = 1; i < 10; ++i) REQUIRE(site.commit({sending("a", 100 * i)}));
  const std::string copy = site.folder.file("killed.db");
  site.copy(site.file, copy);
  site.stop();
  site.copy(copy, site.file);
  for (const auto& damages : {kOfLog, kOfFrames})
    for (const auto& damage : damages) SECTION(damage.what) {
        damage.inflict(site.file);
        const auto loaded = site.start();
        REQUIRE(loaded);
        CHECK(loaded->distrust);
        CHECK(loaded->retired_keys == Names{"a"});
      }
  SECTION("none") { CHECK(site.start()->states == std::vector{sending("a", 900)}); }
}
