// SPDX-License-Identifier: BSD-3-Clause
#include "management/losses.hpp"

#include "stats/drops.hpp"

#include <catch2/catch.hpp>

namespace portico::management {
namespace {

PortRow port(std::uint64_t missed, std::uint64_t no_buffer) {
  PortRow row;
  row.stats.missed = missed;
  row.stats.no_buffer = no_buffer;
  return row;
}

stats::Reading counted(stats::Drop reason, std::uint64_t value) {
  return {stats::text_of(reason).name, stats::text_of(reason).help, value};
}

}  // namespace

TEST_CASE("what ports lose is among the drops, each loss by its reason", "[management][D4]") {
  using stats::Drop;
  Statistics statistics;
  statistics.ports = {port(2, 30), port(5, 70)};
  const stats::GroupReading others{"tftp", {counted(Drop::RxMissed, 9)}};
  statistics.groups = {
      {"drops", {counted(Drop::TxFull, 4), counted(Drop::RxMissed, 0), counted(Drop::NoMbuf, 1)}},
      others};
  count_losses_as_drops(statistics);
  CHECK(statistics.groups[0].fields == std::vector{counted(Drop::TxFull, 4),
                                                   counted(Drop::RxMissed, 7),
                                                   counted(Drop::NoMbuf, 101)});
  CHECK(statistics.groups[1] == others);
}

}  // namespace portico::management
