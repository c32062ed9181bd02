// SPDX-License-Identifier: BSD-3-Clause
#include <catch2/catch.hpp>

#include "engine_bench.hpp"

using namespace bench;

namespace {
const Endpoint kClient{kPhone, 2070};
}

TEST_CASE("the waits between retransmissions double, their number is bounded", "[tftp][X-5]") {
  Bench b{{.address = kGateway, .retries = 3, .limits = {}}};
  const auto first = b.request(kClient, "fw.bin");
  for (const auto wait : {1s, 2s, 4s}) {
    CHECK(b.after(wait - 1ns).empty());
    CHECK(b.engine.next_deadline() == b.now + 1ns);
    const auto again = b.after(1ns);
    REQUIRE(again.size() == 1);
    CHECK(again[0].payload == first[0].payload);
    CHECK(again[0].from == first[0].from);
  }
  CHECK(b.after(8s - 1ns).empty());
  CHECK(b.engine.live() == 1);
  CHECK(b.after(1ns).empty());
  CHECK(b.engine.live() == 0);
  CHECK_FALSE(b.engine.next_deadline());
  CHECK(b.counters().retransmitted.value() == 3);
  CHECK(b.counters().failed_timed_out.value() == 1);
}

TEST_CASE("progress begins the waits anew, a duplicate does not", "[tftp][X-4][X-5]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin").at(0).from.port;
  CHECK(b.after(1s).size() == 1);
  CHECK(b.ack(kClient, tid, 1).at(0).data() == 2);
  CHECK(b.engine.next_deadline() == b.now + 1s);
  const auto deadline = b.engine.next_deadline();
  b.now = b.now + 500ms;
  CHECK(b.ack(kClient, tid, 1).empty());
  CHECK(b.engine.next_deadline() == deadline);
  CHECK(b.after(500ms).at(0).data() == 2);
}

TEST_CASE("an OACK is retransmitted too", "[tftp][X-5][X-6]") {
  Bench b;
  const auto first = b.request(kClient, "fw.bin", {1000, {}, {}, {}});
  const auto again = b.after(1s);
  REQUIRE(again.size() == 1);
  CHECK(again[0].payload == first[0].payload);
  CHECK(b.counters().retransmitted.value() == 1);
}

TEST_CASE("a window is retransmitted from its first block", "[tftp][X-4]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin", {100, {}, {}, 4}).at(0).from.port;
  CHECK(b.ack(kClient, tid, 0).size() == 4);
  CHECK(b.ack(kClient, tid, 4).size() == 4);
  const auto again = b.after(1s);
  REQUIRE(again.size() == 4);
  CHECK(again[0].data() == 5);
  CHECK(again[3].data() == 8);
}

TEST_CASE("the client's timeout replaces ours", "[tftp][X-7]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin", {{}, 3, {}, {}}).at(0).from.port;
  CHECK(b.engine.next_deadline() == b.now + 3s);
  CHECK(b.ack(kClient, tid, 0).at(0).data() == 1);
  CHECK(b.after(3s - 1ns).empty());
  CHECK(b.after(1ns).size() == 1);
}

TEST_CASE("the waits stop growing at 64 s, or stay at what the client asked for", "[tftp][X-5]") {
  const auto [asked, longest] =
      GENERATE(std::pair{std::uint64_t{40}, 64s}, std::pair{std::uint64_t{255}, 255s});
  Bench b;
  b.request(kClient, "fw.bin", {{}, asked, {}, {}});
  CHECK(b.after(std::chrono::seconds{asked}).size() == 1);
  CHECK(b.engine.next_deadline() == b.now + longest);
  CHECK(b.after(longest).size() == 1);
  CHECK(b.engine.next_deadline() == b.now + longest);
}

TEST_CASE("repeated requests do not keep a silent client's transfer alive", "[tftp][X-5]") {
  Bench b{{.address = kGateway, .retries = 1, .limits = {}}};
  b.request(kClient, "fw.bin");
  const auto deadline = b.engine.next_deadline();
  b.now = b.now + 500ms;
  CHECK(b.request(kClient, "fw.bin").size() == 1);
  CHECK(b.engine.next_deadline() == deadline);
  CHECK(b.after(500ms).size() == 1);
  CHECK(b.after(2s).empty());
  CHECK(b.engine.live() == 0);
}

TEST_CASE("one tick does a bounded part of what is due, the rest stays due", "[tftp][X-5]") {
  Bench b;
  for (std::uint32_t phone = 0; phone < 100; ++phone)
    b.request({{"10.21.0.0"_ip.bits + phone}, 2070}, "fw.bin");
  CHECK(b.after(1s).size() == 64);
  CHECK(*b.engine.next_deadline() <= b.now);
  CHECK(b.after(0s).size() == 36);
  CHECK(*b.engine.next_deadline() > b.now);
}
