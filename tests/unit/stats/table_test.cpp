// SPDX-License-Identifier: BSD-3-Clause
#include "stats/table.hpp"

#include <catch2/catch.hpp>

using namespace portico::stats;

TEST_CASE("columns are as wide as their widest cell, numbers stand on the right", "[stats]") {
  Table table{{{"port"}, {"packets", Table::Align::Right}}};
  table.row({"lan0", "5"});
  table.row({"a", "12345678"});
  CHECK(table.text() ==
        "port   packets\n"
        "lan0         5\n"
        "a     12345678\n");
}

TEST_CASE("a cell cannot move the terminal's cursor", "[stats]") {
  Table table{{{"name"}}};
  table.row({"a\x1b[2J\n"});
  CHECK(table.text() == "name\na?[2J?\n");
}

TEST_CASE("a group shows what each counter means, zeros only if asked", "[stats]") {
  const GroupReading group{"drops", {{"ttl", "time to live over", 3}, {"loop", "came back", 0}}};
  CHECK(to_table(group, Zeros::Hide) ==
        "drops  count  meaning\n"
        "ttl        3  time to live over\n");
  CHECK(to_table(group) ==
        "drops  count  meaning\n"
        "ttl        3  time to live over\n"
        "loop       0  came back\n");
}
