// SPDX-License-Identifier: BSD-3-Clause
// One key set after another (make before break): no packet is lost between them, and none under
// the old one is taken once it is let go.
#include <catch2/catch.hpp>

#include "refusals.hpp"

using namespace portico;
using namespace portico::site;
using namespace std::chrono_literals;
using stats::Drop;

namespace {

/// With keys and SPIs of its own each time.
tunnel::Record renewed(std::uint32_t time = 0) {
  auto r = record();
  r.spi_out = 20480 + time;
  r.spi_in = 24576 + time;
  r.key = "renewed-" + std::to_string(time);
  return r;
}

/// A packet each way, and the SPIs that they went under.
struct Spis {
  std::uint32_t out = 0;
  std::uint32_t in = 0;
  friend bool operator==(const Spis&, const Spis&) = default;
};
Spis exchange(TunnelEnds& ends) {
  const auto out = ends.from_phone(to_server().build());
  REQUIRE(out.size() == 1);
  CHECK(ends.to_concentrator(out[0]) == fake::Frames{to_server_arrived().build()});
  const auto in = ends.from_server(to_phone().build());
  REQUIRE(in.size() == 1);
  CHECK(ends.to_gateway(in[0]) == fake::Frames{to_phone_arrived().build()});
  return {spi_of(out[0]), spi_of(in[0])};
}
void pass(TunnelEnds& ends, Duration time) {
  ends.gateway.now = ends.gateway.now + time;
  ends.concentrator.now = ends.concentrator.now + time;
  ends.turn();
}

constexpr Spis kOld{4096, 8192}, kNew{20480, 24576};

}  // namespace

TEST_CASE("new keys follow old ones without a lost packet", "[datapath][T3][E-2][E-9]") {
  const auto workers = GENERATE(1u, 2u);
  TunnelEnds ends{{.workers = workers}};
  for (int i = 0; i < 3; ++i) CHECK(exchange(ends) == kOld);
  const auto late = ends.from_phone(to_server().build());
  REQUIRE(late.size() == 1);

  ends.take({renewed()});
  for (int i = 0; i < 3; ++i) CHECK(exchange(ends) == kOld);  // nobody switches at once
  for (Duration t{}; t < 20s; t += 500ms) {
    pass(ends, 500ms);
    exchange(ends);
  }
  CHECK(exchange(ends) == kNew);
  CHECK(ends.to_concentrator(late[0]).size() == 1);  // what was on its way arrives

  const auto never =
      EspPacket{.way = kToConcentrator, .number = 500, .inner = inner_to_server().ip()}.frame();
  const auto neither = EspPacket{.number = 500}.frame();
  pass(ends, 70s);
  pass(ends, 1s);
  CHECK(exchange(ends) == kNew);
  check_refused_at_concentrator(ends, {"a retired SPI", never, Drop::TunnelUnknown});
  check_refused_at_gateway(ends, {"a retired SPI", neither, Drop::TunnelUnknown});
  CHECK(ends.gateway.dropped() == 1);
  CHECK(ends.concentrator.dropped() == 1);
}

TEST_CASE("keys change twenty times, and no order loses a packet", "[datapath][T3]") {
  TunnelEnds ends;
  std::size_t arrived = 0;
  for (std::uint32_t round = 0; round < 20; ++round) {
    ends.take({renewed(round)});
    for (int i = 0; i < 8; ++i) Hardware::get().lan.receive(to_server().build());
    ends.gateway.now = ends.gateway.now + 11s;
    // The order to switch and the burst come in the same turn.
    for (const auto& frame : ends.from_phone(to_server().build())) {
      ends.concentrator.now = ends.concentrator.now + 1s;
      arrived += ends.to_concentrator(frame).size();
    }
    pass(ends, 80s);
    pass(ends, 1s);
  }
  CHECK(arrived == 20 * 9);
  CHECK(ends.gateway.dropped() + ends.concentrator.dropped() == 0);
}
