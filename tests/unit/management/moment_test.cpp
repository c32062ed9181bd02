// SPDX-License-Identifier: BSD-3-Clause
#include "management/moment.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::management;

TEST_CASE("a moment is written in UTC and read back", "[management]") {
  CHECK(to_text(WallTime{0}) == "1970-01-01T00:00:00Z");
  CHECK(to_text(WallTime{1709251199}) == "2024-02-29T23:59:59Z");
  CHECK(parse_moment("2024-02-29T23:59:59Z") == WallTime{1709251199});
  CHECK(parse_moment("1709251199") == WallTime{1709251199});
}

TEST_CASE("a moment that the calendar does not have is refused", "[management]") {
  for (const auto* bad :
       {"", "x", "-1", "1.5", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
        "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00+01:00",
        "2024-01-01T00:-1:00Z", "99999999999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_moment(bad));
  }
}

TEST_CASE("a moment outside the calendar's four digits is a number", "[management]") {
  CHECK(to_text(WallTime{253402300799}) == "9999-12-31T23:59:59Z");
  CHECK(to_text(WallTime{253402300800}) == "253402300800");
}
