// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/names.hpp"

#include <catch2/catch.hpp>

using portico::tftp::confined;
using namespace std::string_view_literals;

TEST_CASE("a path of proper components stays below the root", "[tftp][X-10]") {
  CHECK(confined("fw.bin") == "fw.bin");
  CHECK(confined("acme/t46/fw.bin") == "acme/t46/fw.bin");
  CHECK(confined("...") == "...");
  CHECK(confined("a..b/.hidden") == "a..b/.hidden");
  CHECK(confined("with space.bin") == "with space.bin");
  CHECK(confined("gr\xc3\xbc\xc3\x9f"
                 "e") ==
        "gr\xc3\xbc\xc3\x9f"
        "e");
}

TEST_CASE("one leading ./ is tolerated and taken off", "[tftp][X-10]") {
  CHECK(confined("./fw.bin") == "fw.bin");
  CHECK_FALSE(confined("././fw.bin"));
  CHECK_FALSE(confined("./"));
  CHECK_FALSE(confined(".//etc/passwd"));
}

TEST_CASE("no name leads out of the root", "[tftp][X-10]") {
  for (const auto name :
       {""sv, "/"sv, "/etc/passwd"sv, ".."sv, "../x"sv, "a/../b"sv, "a/.."sv, "./../x"sv, "."sv,
        "a/./b"sv, "a//b"sv, "a/"sv, "..\\x"sv, "C:\\x"sv, "a\0b"sv, "a\nb"sv, "a\x7f"sv}) {
    CAPTURE(name);
    CHECK_FALSE(confined(name));
  }
}
