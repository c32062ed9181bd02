// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/engine.hpp"

#include <catch2/catch.hpp>

#include "engine_bench.hpp"

using namespace bench;

namespace {
const Endpoint kClient{kPhone, 2070};
}

TEST_CASE("a file is fetched block by block from a port of the transfer's own",
          "[tftp][X-1][X-2]") {
  Bench b;
  const auto first = b.request(kClient, "fw.bin");
  REQUIRE(first.size() == 1);
  const auto tid = first[0].from.port;
  CHECK(first[0].from.address == kGateway);
  CHECK(tid == 49152 + 4000);
  CHECK(first[0].to == kClient);
  CHECK(first[0].data() == 1);
  CHECK(first[0].data_size() == 512);
  const auto second = b.ack(kClient, tid, 1);
  REQUIRE(second.size() == 1);
  CHECK(second[0].from.port == tid);
  CHECK(second[0].data() == 2);
  const auto third = b.ack(kClient, tid, 2);
  CHECK(third.at(0).data_size() == 1300 - 1024);
  CHECK(b.ack(kClient, tid, 3).empty());
  CHECK(b.engine.live() == 0);
  CHECK_FALSE(b.engine.next_deadline());
  CHECK(b.counters().completed.value() == 1);
  CHECK(b.counters().blocks.value() == 3);
  CHECK(b.counters().octets.value() == 1300);
  CHECK(b.counters().retransmitted.value() == 0);
}

TEST_CASE("an exact multiple of the block ends with an empty DATA", "[tftp][X-2]") {
  Bench b;
  const auto tid = b.request(kClient, "whole.bin").at(0).from.port;
  CHECK(b.ack(kClient, tid, 1).at(0).data_size() == 512);
  CHECK(b.ack(kClient, tid, 2).at(0).data_size() == 0);
  CHECK(b.ack(kClient, tid, 3).empty());
  CHECK(b.counters().completed.value() == 1);
}

TEST_CASE("each transfer has a port at random, never one that is in use", "[tftp][X-1]") {
  Bench b;
  const auto first = b.request({kPhone, 2000}, "fw.bin").at(0).from.port;
  b.random = first - 49152u;
  CHECK(b.request({kPhone, 2001}, "fw.bin").at(0).from.port == first + 1);
  b.random = 65535 - 49152;
  CHECK(b.request({kPhone, 2002}, "fw.bin").at(0).from.port == 65535);
  b.random = 65535 - 49152;
  CHECK(b.request({kPhone, 2003}, "fw.bin").at(0).from.port == 49152);
}

TEST_CASE("the engine listens on port 69 and its range", "[tftp][X-1]") {
  const Bench b;
  CHECK(b.engine.listens_on(69));
  CHECK(b.engine.listens_on(49152));
  CHECK(b.engine.listens_on(65535));
  CHECK_FALSE(b.engine.listens_on(49151));
  CHECK_FALSE(b.engine.listens_on(67));
}

TEST_CASE("accepted options are told first, and data waits for ACK 0", "[tftp][X-6][X-7]") {
  Bench b;
  const auto answer = b.request(kClient, "fw.bin", {1000, 3, 0, 2});
  REQUIRE(answer.size() == 1);
  CHECK(answer[0].option_ack() == Options{1000, 3, 1300, 2});
  const auto tid = answer[0].from.port;
  const auto window = b.ack(kClient, tid, 0);
  REQUIRE(window.size() == 2);
  CHECK(window[0].data_size() == 1000);
  CHECK(window[1].data() == 2);
  CHECK(window[1].data_size() == 300);
  CHECK(b.ack(kClient, tid, 2).empty());
  CHECK(b.counters().completed.value() == 1);
}

TEST_CASE("without an option that we know there is no OACK", "[tftp][X-6]") {
  Bench b;
  constexpr auto kRequest = "\0\1fw.bin\0octet\0multicast\0\0"sv;
  const auto answer = b.receive(
      kClient, 69, {reinterpret_cast<const std::uint8_t*>(kRequest.data()), kRequest.size()});
  CHECK(answer.at(0).data() == 1);
}

TEST_CASE("a client that does not want the options ends the transfer", "[tftp][X-3]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin", {1000, {}, {}, {}}).at(0).from.port;
  CHECK(b.error(kClient, tid).empty());
  CHECK(b.engine.live() == 0);
  CHECK(b.counters().failed_by_client.value() == 1);
}

TEST_CASE("a stranger at a transfer's port gets error 5 and disturbs nothing", "[tftp][X-3]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin").at(0).from.port;
  for (const auto& stranger : {Endpoint{kPhone, 2071}, Endpoint{kOtherPhone, 2070}}) {
    const auto answer = b.ack(stranger, tid, 1);
    REQUIRE(answer.size() == 1);
    CHECK(answer[0].to == stranger);
    CHECK(answer[0].from.port == tid);
    CHECK(answer[0].error() == ErrorCode::UnknownTid);
  }
  CHECK(b.error({kPhone, 2071}, tid).empty());
  CHECK(b.counters().wrong_tid.value() == 3);
  CHECK(b.ack(kClient, tid, 1).at(0).data() == 2);
}

TEST_CASE("nothing is answered at a port without a transfer", "[tftp][X-3]") {
  Bench b;
  CHECK(b.ack(kClient, 50000, 1).empty());
  CHECK(b.error(kClient, 50000).empty());
  CHECK(b.counters().no_transfer.value() == 2);
}

TEST_CASE("a duplicate acknowledgement never sends anything", "[tftp][X-4]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin").at(0).from.port;
  CHECK(b.ack(kClient, tid, 1).size() == 1);
  CHECK(b.ack(kClient, tid, 1).empty());
  CHECK(b.ack(kClient, tid, 0).empty());
  CHECK(b.counters().duplicate_acks.value() == 2);
  CHECK(b.ack(kClient, tid, 2).size() == 1);
}

TEST_CASE("an acknowledgement in a window resumes at the block behind it", "[tftp][X-4]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin", {100, {}, {}, 4}).at(0).from.port;
  CHECK(b.ack(kClient, tid, 0).size() == 4);
  const auto resumed = b.ack(kClient, tid, 1);
  REQUIRE(resumed.size() == 4);
  CHECK(resumed[0].data() == 2);
  CHECK(resumed[3].data() == 5);
  CHECK(b.counters().retransmitted.value() == 3);
  CHECK(b.ack(kClient, tid, 1).empty());
}

TEST_CASE("a repeated request is answered again by the same transfer", "[tftp][X-1]") {
  Bench b;
  const auto options = GENERATE(Options{}, Options{1000, {}, {}, {}});
  const auto first = b.request(kClient, "fw.bin", options);
  const auto again = b.request(kClient, "fw.bin", options);
  REQUIRE(again.size() == 1);
  CHECK(again[0].from == first[0].from);
  CHECK(again[0].payload == first[0].payload);
  CHECK(b.engine.live() == 1);
  CHECK(b.counters().duplicate_requests.value() == 1);
  CHECK(b.counters().started.value() == 1);
}

TEST_CASE("a late copy of the request does not disturb a running transfer", "[tftp][X-4]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin").at(0).from.port;
  CHECK(b.ack(kClient, tid, 1).at(0).data() == 2);
  CHECK(b.request(kClient, "fw.bin").empty());
  CHECK(b.ack(kClient, tid, 2).at(0).data() == 3);
}

TEST_CASE("a phone that was restarted begins anew from the same port", "[tftp][X-1]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin").at(0).from.port;
  CHECK(b.ack(kClient, tid, 1).size() == 1);
  SECTION("with the same request, once it was silent for a timeout") {
    b.now = b.now + 1s;
    const auto anew = b.request(kClient, "fw.bin");
    CHECK(anew.at(0).data() == 1);
    CHECK(anew.at(0).from.port != tid);
  }
  SECTION("with another request, at once") {
    CHECK(b.request(kClient, "whole.bin").at(0).data() == 1);
  }
  SECTION("and is refused like anybody") {
    CHECK(b.request(kClient, "gone.bin").at(0).error() == ErrorCode::NotFound);
    CHECK(b.engine.live() == 0);
    return;
  }
  CHECK(b.engine.live() == 1);
  CHECK(b.counters().failed_restarted.value() == 1);
  CHECK(b.ack(kClient, tid, 2).empty());
}

TEST_CASE("a transfer keeps the image it began with", "[tftp][P9]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin").at(0).from.port;
  b.files.add("fw.bin", 1);
  CHECK(b.ack(kClient, tid, 1).at(0).data_size() == 512);
  CHECK(b.ack(kClient, tid, 2).at(0).data_size() == 1300 - 1024);
  CHECK(b.request({kPhone, 2080}, "fw.bin").at(0).data_size() == 1);
}

TEST_CASE("netascii is converted, without a tsize", "[tftp][X-10]") {
  Bench b;
  auto text = std::make_shared<Image>();
  text->octets = {'a', '\n', 'b'};
  b.files.files["text"] = {text, BlockWrap::ToZero};
  const auto answer = b.request(kClient, "text", {{}, {}, 0, {}}, Mode::Netascii);
  CHECK(answer.at(0).payload == Octets{0, 3, 0, 1, 'a', '\r', '\n', 'b'});
}

TEST_CASE("messages without a place are counted, not answered", "[tftp][X-8]") {
  Bench b;
  const auto tid = b.request(kClient, "fw.bin").at(0).from.port;
  const auto data = wire::tftp::data_header(1);
  SECTION("an ACK, DATA or ERROR at port 69") {
    CHECK(b.ack(kClient, 69, 0).empty());
    CHECK(b.receive(kClient, 69, data).empty());
    CHECK(b.error(kClient, 69).empty());
    CHECK(b.counters().unexpected.value() == 3);
  }
  SECTION("DATA or a request at a transfer's port") {
    CHECK(b.receive(kClient, tid, data).empty());
    const Octets request{0, 1, 'a', 0, 'o', 'c', 't', 'e', 't', 0};
    CHECK(b.receive(kClient, tid, request).empty());
    CHECK(b.counters().unexpected.value() == 2);
  }
  SECTION("an ACK of a block that was not sent") {
    CHECK(b.ack(kClient, tid, 2).empty());
    CHECK(b.counters().unexpected.value() == 1);
  }
  CHECK(b.ack(kClient, tid, 1).at(0).data() == 2);
}

TEST_CASE("garbage, and requests to or from impossible addresses, are counted as malformed",
          "[tftp][X-8]") {
  Bench b;
  const Octets request{0, 1, 'f', 'w', '.', 'b', 'i', 'n', 0, 'o', 'c', 't', 'e', 't', 0};
  CHECK(b.receive(kClient, 69, Octets{1, 2, 3}).empty());
  CHECK(b.receive(kClient, 69, {}).empty());
  CHECK(b.receive({{}, 2070}, 69, request).empty());
  CHECK(b.receive({"224.0.0.1"_ip, 2070}, 69, request).empty());
  CHECK(b.receive({kBroadcastIp, 2070}, 69, request).empty());
  CHECK(b.receive({kGateway, 2070}, 69, request).empty());
  CHECK(b.receive({kPhone, 0}, 69, request).empty());
  b.engine.receive({kClient, {kBroadcastIp, 69}, request}, b.now, b.wire);
  CHECK(b.wire.take().empty());
  CHECK(b.counters().malformed.value() == 8);
  CHECK(b.engine.live() == 0);
}
