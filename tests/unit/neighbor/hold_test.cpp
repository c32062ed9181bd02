// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/hold.hpp"

#include <catch2/catch.hpp>

#include "unit/neighbor/recorder.hpp"

using namespace portico;
using namespace portico::neighbor;

TEST_CASE("packets leave the hold in the order in which they came", "[neighbor]") {
  Recorder sink;
  Counters counters;
  Hold hold{2, 8, sink, counters};
  for (PacketId p = 1; p <= 4; ++p) hold.keep(1, p);
  hold.keep(2, 99);
  CHECK(hold.size() == 5);
  hold.release(1, {.address = "198.51.100.1"_ip, .mac = kTheirMac});
  REQUIRE(sink.ready.size() == 4);
  for (PacketId p = 1; p <= 4; ++p) CHECK(sink.ready[p - 1].first == p);
  CHECK(hold.size() == 1);
  CHECK(counters.packets_held.value() == 5);
  CHECK(counters.packets_ready.value() == 4);
}

TEST_CASE("the fifth packet of a neighbour displaces its oldest", "[neighbor]") {
  Recorder sink;
  Counters counters;
  Hold hold{2, 8, sink, counters};
  for (PacketId p = 1; p <= 5; ++p) hold.keep(1, p);
  CHECK(sink.dropped == std::vector{std::pair{PacketId{1}, Drop::Displaced}});
  hold.release(1, {});
  CHECK(sink.ready.front().first == 2);
  CHECK(sink.ready.back().first == 5);
}

TEST_CASE("a full hold refuses a new neighbour's packet, and swaps one of a neighbour it knows",
          "[neighbor]") {
  Recorder sink;
  Counters counters;
  Hold hold{3, 2, sink, counters};
  hold.keep(1, 11);
  hold.keep(2, 21);
  hold.keep(3, 31);
  hold.keep(2, 22);
  CHECK(sink.dropped == std::vector{std::pair{PacketId{31}, Drop::HoldFull},
                                    std::pair{PacketId{21}, Drop::Displaced}});
  CHECK(hold.size() == 2);
}

TEST_CASE("what is dropped says why, each reason in a counter of its own", "[neighbor]") {
  Recorder sink;
  Counters counters;
  Hold hold{1, 8, sink, counters};
  hold.keep(1, 1);
  hold.keep(1, 2);
  hold.drop_all(1, Drop::Unanswered);
  hold.drop(3, Drop::TableFull);
  hold.drop(4, Drop::Evicted);
  hold.drop(5, Drop::NoHost);
  CHECK(hold.size() == 0);
  CHECK(sink.dropped.size() == 5);
  CHECK(counters.dropped_unanswered.value() == 2);
  CHECK(counters.dropped_table_full.value() == 1);
  CHECK(counters.dropped_evicted.value() == 1);
  CHECK(counters.dropped_no_host.value() == 1);
}
