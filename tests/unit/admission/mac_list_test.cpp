// SPDX-License-Identifier: BSD-3-Clause
#include "admission/mac_list.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace portico::admission;

TEST_CASE("a MAC list holds a match and a verdict a line", "[admission][P2]") {
  const auto list = parse_mac_list(
      "# phones of the second floor\n"
      "\n"
      "00:1b:2c:00:00:01 allow\n"
      "  00:1b:2c\tdeny   # the rest\r\n"
      "00:1b:2c:80:00:00/ff:ff:ff:80:00:00 allow");
  CHECK(list.is_valid());
  REQUIRE(list.rules.size() == 3);
  CHECK(list.rules[0] == MacRule{{0x001b2c000001, kFullMask}, Verdict::Allow});
  CHECK(list.rules[1] == MacRule{{0x001b2c000000, kOuiMask}, Verdict::Deny});
  CHECK(list.rules[2] == MacRule{{0x001b2c800000, 0xffffff800000}, Verdict::Allow});
}

TEST_CASE("an empty list is a valid one", "[admission]") {
  CHECK(parse_mac_list("").is_valid());
  CHECK(parse_mac_list("\n#\n \n").rules.empty());
}

TEST_CASE("every error of a MAC list is told with its line", "[admission][P2]") {
  const auto list = parse_mac_list(
      "00:1b:2c:00:00:01 allow\n"
      "nonsense allow\n"
      "00:1b:2c maybe\n"
      "\n"
      "00:1b:2c\n"
      "00:1b:2c allow deny\n"
      "00:1b:2c deny\n");
  REQUIRE(list.errors.size() == 4);
  CHECK(list.errors[0].line == 2);
  CHECK(list.errors[0].what == "'nonsense' is no MAC address, OUI or address/mask");
  CHECK(list.errors[1].line == 3);
  CHECK(list.errors[1].what == "expected allow or deny, got 'maybe'");
  CHECK(list.errors[2].line == 5);
  CHECK(list.errors[3].line == 6);
  CHECK(list.errors[3].what == "more than a match and a verdict");
  CHECK(list.rules.size() == 2);
}

TEST_CASE("what an error repeats of a file is short and prints", "[admission]") {
  const auto list = parse_mac_list(std::string(100'000, '\x01') + " allow\n");
  REQUIRE(list.errors.size() == 1);
  CHECK(list.errors[0].what.size() < 200);
  CHECK(list.errors[0].what.find('\x01') == std::string::npos);
}

TEST_CASE("a file of errors only is told in bounded space", "[admission]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "wrong\n";
  const auto list = parse_mac_list(text);
  CHECK(list.errors.size() == kMaxListErrors);
  CHECK(list.errors_not_shown == 1000 - kMaxListErrors);
}

TEST_CASE("rules beyond the limit are an error, not a surprise", "[admission]") {
  std::string text;
  for (std::size_t i = 0; i <= MacPolicy::kMaxRules; ++i) text += "00:1b:2c deny\n";
  const auto list = parse_mac_list(text);
  CHECK(list.rules.size() == MacPolicy::kMaxRules);
  REQUIRE(list.errors.size() == 1);
  CHECK(list.errors[0].line == MacPolicy::kMaxRules + 1);
}
