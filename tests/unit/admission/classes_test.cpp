// SPDX-License-Identifier: BSD-3-Clause
#include "admission/classes.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace portico::admission;
using namespace std::string_view_literals;

TEST_CASE("a pattern is an exact text, a prefix, or a glob", "[admission][P3]") {
  CHECK(glob_matches("ACME-SIP-T46", "ACME-SIP-T46"));
  CHECK_FALSE(glob_matches("ACME-SIP-T46", "ACME-SIP-T46G"));
  CHECK_FALSE(glob_matches("ACME-SIP-T46", "ACME-SIP-T4"));
  CHECK(glob_matches("ACME*", "ACME"));
  CHECK(glob_matches("ACME*", "ACME-SIP-T46"));
  CHECK_FALSE(glob_matches("ACME*", "XACME"));
  CHECK(glob_matches("*T4?*", "ACME-T4-T46-x"));
  CHECK(glob_matches("A*B*C", "A--B-B-C"));
  CHECK_FALSE(glob_matches("A*B*C", "A--B-B-C-"));
  CHECK(glob_matches("?", "x"));
  CHECK_FALSE(glob_matches("?", ""));
  CHECK(glob_matches("**", ""));
  CHECK_FALSE(glob_matches("", "x"));
}

TEST_CASE("case matters, and octets stand for themselves", "[admission][D-15]") {
  CHECK_FALSE(glob_matches("acme", "ACME"));
  CHECK_FALSE(glob_matches("a.me", "acme"));
  CHECK_FALSE(glob_matches("[ab]", "a"));
  CHECK(glob_matches("\xc3\xa4*", "\xc3\xa4x"));
}

TEST_CASE("a hostile identifier cannot make a glob slow", "[admission]") {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  pattern += "b";
  CHECK_FALSE(glob_matches(pattern, std::string(10'000, 'a')));
}

TEST_CASE("a trailing NUL is tolerated", "[admission][D-15]") {
  CHECK(without_trailing_nul("Phone\0"sv) == "Phone");
  CHECK(without_trailing_nul("Phone\0\0"sv) == "Phone");
  CHECK(without_trailing_nul("\0"sv).empty());
  CHECK(without_trailing_nul("a\0b"sv) == "a\0b"sv);
  const auto classes = Classes::build({{"Cisco Systems, Inc. IP Phone CP-7911G"}}).value();
  CHECK(classes.find("Cisco Systems, Inc. IP Phone CP-7911G\0"sv) == 0u);
}

TEST_CASE("the first class with a pattern that matches is taken", "[admission][P3]") {
  const auto classes = Classes::build({{"ACME-SIP-T46", "ACME-SIP-T48"}, {"ACME*"}, {"*"}}).value();
  CHECK(classes.find("ACME-SIP-T48") == 0u);
  CHECK(classes.find("ACME-SIP-T4") == 1u);
  CHECK(classes.find("udhcp 1.35.0") == 2u);
  CHECK_FALSE(Classes::build({{"ACME*"}}).value().find("udhcp 1.35.0"));
}

TEST_CASE("a class nobody could belong to is refused", "[admission][P3]") {
  CHECK_FALSE(Classes::build({{"ACME"}, {}}));
  CHECK_FALSE(Classes::build({{""}}));
  CHECK_FALSE(Classes::build({{std::string(256, 'x')}}));
  CHECK(Classes::build({{std::string(255, 'x')}}));
}
