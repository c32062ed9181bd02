// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/mac_list_file.hpp"

#include <catch2/catch.hpp>

#include "folder.hpp"

using bench::Folder;
using portico::Mac;
using portico::admission::MacVerdict;
using portico::app::MacListFile;
using portico::app::MacPolicyPtr;
using portico::config::Macs;

namespace {

constexpr Mac kPhone{{0x00, 0x1b, 0x2c, 0, 0, 1}};

Macs deny_all_but(const Folder& folder) {
  Macs macs;
  macs.fallback = portico::config::Verdict::Deny;
  macs.file = folder.path() / "macs";
  return macs;
}

bool allows(const MacPolicyPtr& policy) { return policy->check(kPhone) == MacVerdict::Allowed; }

}  // namespace

TEST_CASE("a changed list is read when two looks in a row found it the same", "[files][P2]") {
  const Folder folder;
  folder.put("macs", "# none yet\n");
  MacListFile file{deny_all_but(folder)};
  const auto first = file.read();
  REQUIRE(first);
  CHECK_FALSE(allows(*first));
  CHECK_FALSE(file.look());
  folder.put("macs", "00:1b:2c:00:00:01 allow\n");
  CHECK_FALSE(file.look());
  const auto second = file.look();
  REQUIRE(second);
  REQUIRE(*second);
  CHECK(allows(**second));
  CHECK_FALSE(file.look());
}

TEST_CASE("a list with an error is refused by file and line, once, until it changes again",
          "[files][P2]") {
  const Folder folder;
  folder.put("macs", "00:1b:2c:00:00:01 allow\n");
  const auto macs = deny_all_but(folder);
  MacListFile file{macs};
  REQUIRE(file.read());
  folder.put("macs", "00:1b:2c:00:00:01 allow\n00:1b:2c:00:00:02 perhaps\n");
  CHECK_FALSE(file.look());
  const auto refused = file.look();
  REQUIRE(refused);
  REQUIRE_FALSE(*refused);
  CHECK(refused->error().where == macs.file + ":2");
  CHECK_FALSE(file.look());
  SECTION("mended") {
    folder.put("macs", "00:1b:2c:00:00:01 allow\n");
    CHECK_FALSE(file.look());
    const auto mended = file.look();
    REQUIRE(mended);
    CHECK(*mended);
  }
  SECTION("removed") {
    std::filesystem::remove(macs.file);
    CHECK_FALSE(file.look());
    const auto gone = file.look();
    REQUIRE(gone);
    REQUIRE_FALSE(*gone);
    CHECK(gone->error().where == macs.file);
  }
}

TEST_CASE("every error of a list is told", "[files][P2]") {
  const Folder folder;
  folder.put("macs", "x allow\n\n00:1b:2c:00:00:02 perhaps\n");
  const auto macs = deny_all_but(folder);
  const auto problems = MacListFile::problems(macs);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].where == macs.file + ":1");
  CHECK(problems[1].where == macs.file + ":3");
}

TEST_CASE("without a list file the configured rules are the policy, for good", "[files][P2]") {
  Macs macs;
  macs.fallback = portico::config::Verdict::Deny;
  macs.rules.push_back({"00:1b:2c", portico::config::Verdict::Allow});
  MacListFile file{macs};
  const auto policy = file.read();
  REQUIRE(policy);
  CHECK(allows(*policy));
  CHECK_FALSE(file.look());
}
