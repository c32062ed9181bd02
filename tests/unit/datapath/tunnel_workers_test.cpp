// SPDX-License-Identifier: BSD-3-Clause
// An SA is one worker's: what another receives for it is handed over, and nothing is shared.
#include <catch2/catch.hpp>

#include "tunnel_frames.hpp"
#include <set>

using namespace portico;
using namespace portico::site;
using stats::Drop;

namespace {

constexpr unsigned kTwo = 2;

std::uint64_t handed_over(TunnelEnd& end) {
  std::uint64_t n = 0;
  for (const auto& w : end.workers()) n += w->counters.handed_over.value();
  return n;
}
std::uint32_t number_of(const support::Octets& frame) {
  return load_be<std::uint32_t>(&frame[kOuterPayload + 4]);
}

}  // namespace

TEST_CASE("two workers share one SA by handing over, both ways", "[datapath][E-4][E-5]") {
  TunnelEnds ends{{.workers = kTwo}};
  std::set<std::uint32_t> numbers;
  for (int i = 0; i < 10; ++i)
    for (unsigned queue = 0; queue < kTwo; ++queue) {
      const auto out = ends.from_phone(to_server().build(), queue);
      REQUIRE(out.size() == 1);
      CHECK(numbers.insert(number_of(out[0])).second);
      // It arrives at whichever worker: one window judges them all.
      CHECK(ends.to_concentrator(out[0], queue ^ 1u) == fake::Frames{to_server_arrived().build()});
      for (unsigned again = 0; again < kTwo; ++again)
        CHECK(ends.to_concentrator(out[0], again).empty());

      const auto in = ends.from_server(to_phone().build(), queue);
      REQUIRE(in.size() == 1);
      CHECK(ends.to_gateway(in[0], queue ^ 1u) == fake::Frames{to_phone_arrived().build()});
    }
  CHECK(*numbers.rbegin() == numbers.size());  // 1, 2, 3…
  CHECK(ends.concentrator.dropped(Drop::TunnelReplayed) == 2 * numbers.size());
  // Of each kind one in two came to the worker that does not own the SA.
  CHECK(handed_over(ends.gateway) == 10 + 10);
  CHECK(handed_over(ends.concentrator) == 10 + 10 + 20);
  CHECK(ends.gateway.balanced());
  CHECK(ends.concentrator.balanced());
}

TEST_CASE("with an SA a worker each sends by its own, and receives for its own",
          "[datapath][E-4]") {
  auto two = record();
  two.sas = kTwo;
  TunnelEnds ends{{.records = {two}, .workers = kTwo}};
  for (unsigned queue = 0; queue < kTwo; ++queue) {
    const auto out = ends.from_phone(to_server().build(), queue);
    REQUIRE(out.size() == 1);
    CHECK(spi_of(out[0]) == two.spi_out + queue);
    CHECK(number_of(out[0]) == 1);
    CHECK(ends.to_concentrator(out[0], queue).size() == 1);
    CHECK(handed_over(ends.concentrator) == 0);
  }
  CHECK(handed_over(ends.gateway) == 0);
  const auto misled = ends.from_phone(to_server().build(), 0);
  CHECK(ends.to_concentrator(misled[0], 1).size() == 1);
  CHECK(handed_over(ends.concentrator) == 1);
}

TEST_CASE("what an SA's owner does not keep up with is dropped and counted", "[datapath][E-11]") {
  TunnelEnds ends{{.workers = kTwo, .handed_over = 3}};
  for (int i = 0; i < 9; ++i) Hardware::get().lan.receive(to_server().build(), 1);
  CHECK(ends.from_phone(to_server().build(), 1).size() == 3);
  CHECK(ends.gateway.dropped(Drop::HandOverFull) == 7);
  CHECK(ends.gateway.dropped() == 7);
  CHECK(ends.gateway.balanced());
  CHECK(ends.from_phone(to_server().build(), 1).size() == 1);  // it goes on
}
