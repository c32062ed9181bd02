// SPDX-License-Identifier: BSD-3-Clause
#include "admission/mac_policy.hpp"

#include <catch2/catch.hpp>

#include <string_view>
#include <utility>
#include <vector>

using namespace portico;
using namespace portico::admission;

namespace {

MacRule rule(std::string_view match, Verdict verdict) {
  return {parse_mac_pattern(match).value(), verdict};
}

MacPolicy policy(Verdict fallback, const std::vector<MacRule>& rules, bool allow_local = false) {
  return MacPolicy::build(fallback, allow_local, rules).value();
}

}  // namespace

TEST_CASE("the default judges an address that no rule matches", "[admission][P2]") {
  CHECK(policy(Verdict::Allow, {}).check("00:1b:2c:00:00:01"_mac) == MacVerdict::Allowed);
  CHECK(policy(Verdict::Deny, {}).check("00:1b:2c:00:00:01"_mac) == MacVerdict::Denied);
  CHECK(MacPolicy{}.check("00:1b:2c:00:00:01"_mac) == MacVerdict::Denied);
}

TEST_CASE("the most specific rule wins, whatever it says", "[admission][P2]") {
  const auto p = policy(Verdict::Deny,
                        {rule("00:1b:2c", Verdict::Allow), rule("00:1b:2c:00:00:01", Verdict::Deny),
                         rule("00:1b:2c:80:00:00/ff:ff:ff:f0:00:00", Verdict::Deny),
                         rule("00:1b:2c:81:00:07", Verdict::Allow)});
  CHECK(p.check("00:1b:2c:00:00:02"_mac) == MacVerdict::Allowed);
  CHECK(p.check("00:1b:2c:00:00:01"_mac) == MacVerdict::Denied);
  CHECK(p.check("00:1b:2c:8f:ff:ff"_mac) == MacVerdict::Denied);
  CHECK(p.check("00:1b:2c:90:00:00"_mac) == MacVerdict::Allowed);
  CHECK(p.check("00:1b:2c:81:00:07"_mac) == MacVerdict::Allowed);
  CHECK(p.check("00:1b:2d:00:00:02"_mac) == MacVerdict::Denied);
}

TEST_CASE("deny wins between rules as specific as each other", "[admission][P2]") {
  SECTION("of the same pattern, in either order") {
    for (const auto& [a, b] :
         {std::pair{Verdict::Allow, Verdict::Deny}, std::pair{Verdict::Deny, Verdict::Allow}})
      CHECK(policy(Verdict::Allow, {rule("00:1b:2c:00:00:01", a), rule("00:1b:2c:00:00:01", b)})
                .check("00:1b:2c:00:00:01"_mac) == MacVerdict::Denied);
  }
  SECTION("of different masks with as many bits, in either order") {
    for (const auto& [a, b] :
         {std::pair{Verdict::Allow, Verdict::Deny}, std::pair{Verdict::Deny, Verdict::Allow}})
      CHECK(policy(Verdict::Allow, {rule("00:1b:00:00:00:00/ff:ff:00:00:00:00", a),
                                    rule("00:00:2c:00:00:00/ff:00:ff:00:00:00", b)})
                .check("00:1b:2c:00:00:01"_mac) == MacVerdict::Denied);
  }
}

TEST_CASE("a locally administered address needs a rule of its own, or allow_local",
          "[admission][P2]") {
  const Mac local = "02:00:00:00:00:01"_mac;
  CHECK(policy(Verdict::Allow, {}).check(local) == MacVerdict::Local);
  CHECK(policy(Verdict::Allow, {rule("02:00:00", Verdict::Allow)}).check(local) ==
        MacVerdict::Local);
  CHECK(policy(Verdict::Deny, {rule("02:00:00:00:00:01", Verdict::Allow)}).check(local) ==
        MacVerdict::Allowed);
  CHECK(policy(Verdict::Allow, {rule("02:00:00:00:00:01", Verdict::Deny)}).check(local) ==
        MacVerdict::Denied);
  CHECK(policy(Verdict::Allow, {}, true).check(local) == MacVerdict::Allowed);
  CHECK(policy(Verdict::Deny, {rule("02:00:00", Verdict::Allow)}, true).check(local) ==
        MacVerdict::Allowed);
  CHECK(policy(Verdict::Deny, {}, true).check(local) == MacVerdict::Denied);
}

TEST_CASE("zero and group addresses are nobody's, whatever the rules say", "[admission][P2]") {
  const auto p = policy(Verdict::Allow, {}, true);
  CHECK(p.check({}) == MacVerdict::Impossible);
  CHECK(p.check(kBroadcastMac) == MacVerdict::Impossible);
  CHECK(p.check("01:00:5e:00:00:01"_mac) == MacVerdict::Impossible);
}

TEST_CASE("a pattern is an address, an OUI, or an address and a mask", "[admission][P2]") {
  CHECK(parse_mac_pattern("00:1b:2c:00:00:01") == MacPattern{0x001b2c000001, kFullMask});
  CHECK(parse_mac_pattern("00-1B-2C-00-00-01") == MacPattern{0x001b2c000001, kFullMask});
  CHECK(parse_mac_pattern("00:1b:2c") == MacPattern{0x001b2c000000, kOuiMask});
  CHECK(parse_mac_pattern("00-1b-2c") == MacPattern{0x001b2c000000, kOuiMask});
  CHECK(parse_mac_pattern("00:1b:2c:f0:00:00/ff:ff:ff:f0:00:00") ==
        MacPattern{0x001b2cf00000, 0xfffffff00000});
  for (const std::string_view wrong :
       {"", "00", "00:1b", "00:1b:2c:", "00:1b-2c", "0:1b:2c", "00:1b:2c:00:00", "xx:1b:2c",
        "00:1b:2c:00:00:0g", "00:1b:2c:00:00:01:02", "00:1b:2c/ff:ff:ff",
        "00:1b:2c:f0:00:00 ff:ff:ff:f0:00:00", "00:1b:2c:f0:00:01/ff:ff:ff:f0:00:00",
        "01:1b:2c:00:00:01", "00:00:00:00:00:00", " 0:1b:2c"})
    CHECK_FALSE(parse_mac_pattern(wrong));
}

TEST_CASE("a pattern is written as it is read", "[admission]") {
  for (const std::string_view text :
       {"00:1b:2c:00:00:01", "00:1b:2c", "00:1b:2c:f0:00:00/ff:ff:ff:f0:00:00"})
    CHECK(to_string(parse_mac_pattern(text).value()) == text);
}

TEST_CASE("more different masks than a look-up may try are refused", "[admission]") {
  std::vector<MacRule> rules;
  for (std::uint64_t i = 0; i < MacPolicy::kMaxMasks; ++i)
    rules.push_back({{0, kFullMask - i}, Verdict::Allow});
  CHECK(MacPolicy::build(Verdict::Deny, false, rules));
  rules.push_back({{0, kOuiMask}, Verdict::Allow});
  CHECK_FALSE(MacPolicy::build(Verdict::Deny, false, rules));
}

TEST_CASE("a million rules are each found, and their neighbours are not", "[admission][P2]") {
  std::vector<MacRule> rules;
  for (std::uint64_t i = 0; i < MacPolicy::kMaxRules; ++i)
    rules.push_back({{0x001b2c000000 + 2 * i, kFullMask}, Verdict::Allow});
  const auto p = policy(Verdict::Deny, rules);
  CHECK(p.size() == MacPolicy::kMaxRules);
  std::size_t wrong = 0;
  for (std::uint64_t i = 0; i < 2 * MacPolicy::kMaxRules; ++i) {
    const auto wanted = i % 2 == 0 ? MacVerdict::Allowed : MacVerdict::Denied;
    wrong += p.check(Mac::from_bits(0x001b2c000000 + i)) != wanted;
  }
  CHECK(wrong == 0);
  rules.push_back(rules.front());
  CHECK_FALSE(MacPolicy::build(Verdict::Deny, false, rules));
}
