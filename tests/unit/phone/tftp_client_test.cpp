// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/tftp_client.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

using namespace portico;
using namespace portico::phone;
namespace tftp = portico::wire::tftp;

namespace {

using Octets = std::vector<std::uint8_t>;
using State = TftpClient::State;
using Reply = std::optional<TftpClient::Reply>;

const wire::Endpoint kTid{{0xc6336401}, 50000};
const wire::Endpoint kOther{kTid.address, 50001};

Octets numbered(std::size_t size) {
  Octets octets(size);
  std::iota(octets.begin(), octets.end(), std::uint8_t{0});
  return octets;
}

Octets data(std::uint16_t block, Bytes payload) {
  const auto header = tftp::data_header(block);
  Octets octets(header.size() + payload.size());
  const auto body = std::copy(header.begin(), header.end(), octets.begin());
  std::copy(payload.begin(), payload.end(), body);
  return octets;
}

Octets option_ack(const tftp::Options& options) {
  const auto packet = tftp::Packet::option_ack(options);
  return {packet.bytes().begin(), packet.bytes().end()};
}

Octets error(tftp::ErrorCode code, std::string_view text) {
  const auto packet = tftp::Packet::error(code, text);
  return {packet.bytes().begin(), packet.bytes().end()};
}

tftp::Options options(std::uint64_t blksize, std::uint64_t windowsize) {
  tftp::Options o;
  o.blksize = blksize;
  o.windowsize = windowsize;
  return o;
}

/// The number in an acknowledgement; -1 if the reply is none.
int acked(const Reply& reply) {
  if (!reply) return -1;
  const auto message = tftp::parse(reply->payload);
  const auto* const ack = message ? std::get_if<tftp::Ack>(&*message) : nullptr;
  return ack != nullptr ? ack->block : -1;
}

int refused(const Reply& reply) {
  if (!reply) return -1;
  const auto message = tftp::parse(reply->payload);
  const auto* const e = message ? std::get_if<tftp::Error>(&*message) : nullptr;
  return e != nullptr ? static_cast<int>(e->code) : -1;
}

tftp::Request request_in(const Reply& reply) {
  REQUIRE(reply);
  return std::get<tftp::Request>(*tftp::parse(reply->payload));
}

struct Bench {
  TftpRead read{.server = kTid.address, .file = "t46.bin"};
  Time now{1'000'000'000};
  std::optional<TftpClient> client;

  Reply ask() {
    client.emplace(read);
    return client->start(now);
  }
  Reply hear(const Octets& octets, wire::Endpoint from = kTid) {
    return client->receive({from, {}, octets}, now);
  }
  Reply wait() {
    now = client->deadline();
    return client->tick(now);
  }
};

}  // namespace

TEST_CASE("a telephone asks for its software with all options", "[phone][P9][X-6][X-7]") {
  Bench bench;
  const auto reply = bench.ask();
  const auto request = request_in(reply);
  CHECK(reply->to == wire::Endpoint{kTid.address, 69});
  CHECK(request.kind == tftp::RequestKind::Read);
  CHECK(request.file == "t46.bin");
  CHECK(request.mode == tftp::Mode::Octet);
  REQUIRE(request.options);
  CHECK(request.options->blksize == 1428);
  CHECK(request.options->windowsize == 16);
  CHECK(request.options->tsize == 0);
  CHECK(request.options->timeout_s == 1);
}

TEST_CASE("a file comes in the blocks that were agreed", "[phone][P9][X-2]") {
  const std::size_t size = GENERATE(0u, 1u, 99u, 100u, 101u, 1000u);
  const auto file = numbered(size);
  Bench bench;
  (void)bench.ask();
  CHECK(acked(bench.hear(option_ack(options(100, 4)))) == 0);
  std::uint16_t block = 0;
  for (std::size_t at = 0; at <= size; at += 100) {
    const auto reply =
        bench.hear(data(++block, Bytes{file}.subspan(at, std::min<std::size_t>(100, size - at))));
    const bool is_last = at + 100 > size;
    CHECK(acked(reply) == (block % 4 == 0 || is_last ? block : -1));
  }
  CHECK(bench.client->state() == State::Complete);
  CHECK(bench.client->octets() == file);
}

TEST_CASE("a server that ignores options sends 512 octets, one by one", "[phone][P9]") {
  Bench bench;
  (void)bench.ask();
  CHECK(acked(bench.hear(data(1, numbered(512)))) == 1);
  CHECK(acked(bench.hear(data(2, numbered(3)))) == 2);
  CHECK(bench.client->state() == State::Complete);
  CHECK(bench.client->octets().size() == 515);
  CHECK(bench.client->windowsize() == 1);
}

TEST_CASE("a server that refuses options is asked without", "[phone][P9][X-6]") {
  Bench bench;
  (void)bench.ask();
  const auto again = bench.hear(error(tftp::ErrorCode::OptionNegotiation, "no options"));
  CHECK(again->to.port == 69);
  CHECK(request_in(again).options == tftp::Options{});
  SECTION("and answers from another port") {
    CHECK(acked(bench.hear(data(1, numbered(1)), kOther)) == 1);
    CHECK(bench.client->state() == State::Complete);
  }
  SECTION("and once only") {
    CHECK_FALSE(bench.hear(error(tftp::ErrorCode::OptionNegotiation, "still none"), kOther));
    CHECK(bench.client->state() == State::Failed);
  }
}

TEST_CASE("an answer that was not asked for is refused with error 8", "[phone][X-7]") {
  Bench bench;
  (void)bench.ask();
  auto answer = options(1428, 16);
  SECTION("a larger block") { answer.blksize = 1429; }
  SECTION("a block too small to be one") { answer.blksize = 7; }
  SECTION("a larger window") { answer.windowsize = 17; }
  SECTION("a window of none") { answer.windowsize = 0; }
  SECTION("another time-out") { answer.timeout_s = 2; }
  CHECK(refused(bench.hear(option_ack(answer))) == 8);
  CHECK(bench.client->state() == State::Failed);
}

TEST_CASE("a file that is too large is not taken", "[phone][P9]") {
  Bench bench;
  bench.read.max_octets = 1000;
  (void)bench.ask();
  SECTION("if the server says so") {
    auto answer = options(512, 1);
    answer.tsize = 1001;
    CHECK(refused(bench.hear(option_ack(answer))) == 3);
  }
  SECTION("if it turns out so") {
    CHECK(acked(bench.hear(data(1, numbered(512)))) == 1);
    CHECK(refused(bench.hear(data(2, numbered(512)))) == 3);
  }
  CHECK(bench.client->state() == State::Failed);
  CHECK(bench.client->octets().empty());
}

TEST_CASE("a gap is told once, and the window begins anew after it", "[phone][X-4]") {
  Bench bench;
  (void)bench.ask();
  (void)bench.hear(option_ack(options(10, 4)));
  CHECK(acked(bench.hear(data(1, numbered(10)))) == -1);
  CHECK(acked(bench.hear(data(3, numbered(10)))) == 1);
  CHECK(acked(bench.hear(data(4, numbered(10)))) == -1);
  for (std::uint16_t block = 2; block < 5; ++block)
    CHECK(acked(bench.hear(data(block, numbered(10)))) == -1);
  CHECK(acked(bench.hear(data(5, numbered(10)))) == 5);
  CHECK(bench.client->octets().size() == 50);
}

TEST_CASE("a repeated block is acknowledged again, for its acknowledgement was lost", "[phone]") {
  Bench bench;
  (void)bench.ask();
  (void)bench.hear(data(1, numbered(512)));
  CHECK(acked(bench.hear(data(1, numbered(512)))) == 1);
  CHECK(bench.client->octets().size() == 512);
}

TEST_CASE("a repeated answer to the options is acknowledged again", "[phone]") {
  Bench bench;
  (void)bench.ask();
  CHECK(acked(bench.hear(option_ack(options(512, 4)))) == 0);
  CHECK(acked(bench.hear(option_ack(options(512, 4)))) == 0);
}

TEST_CASE("another transfer of the same server is ended, ours goes on", "[phone][X-3]") {
  Bench bench;
  (void)bench.ask();
  (void)bench.hear(data(1, numbered(512)));
  const auto reply = bench.hear(data(1, numbered(512)), kOther);
  CHECK(refused(reply) == 5);
  CHECK(reply->to == kOther);
  SECTION("an error from there is not answered") {
    CHECK_FALSE(bench.hear(error(tftp::ErrorCode::Undefined, ""), kOther));
  }
  CHECK(bench.client->state() == State::Receiving);
}

TEST_CASE("nobody but the server is listened to", "[phone]") {
  Bench bench;
  (void)bench.ask();
  CHECK_FALSE(bench.hear(data(1, numbered(3)), {{0x0a000001}, 69}));
  CHECK(bench.client->state() == State::Asking);
}

TEST_CASE("what is lost is said again after 1, 2, 4, 8, 8, 8 seconds, then given up",
          "[phone][X-5]") {
  Bench bench;
  (void)bench.ask();
  for (const auto pause : {1s, 2s, 4s, 8s, 8s, 8s}) {
    CHECK(bench.client->deadline() - bench.now == pause);
    CHECK(request_in(bench.wait()).file == "t46.bin");
  }
  CHECK_FALSE(bench.wait());
  CHECK(bench.client->state() == State::Failed);
  CHECK(bench.client->failure() == "the server does not answer");
}

TEST_CASE("an acknowledgement is said again while blocks are missing", "[phone][X-5]") {
  Bench bench;
  (void)bench.ask();
  (void)bench.hear(data(1, numbered(512)));
  CHECK(acked(bench.wait()) == 1);
  CHECK(bench.client->state() == State::Receiving);
}

TEST_CASE("an error of the server ends it, its text made printable", "[phone][X-8]") {
  Bench bench;
  (void)bench.ask();
  CHECK_FALSE(bench.hear(error(tftp::ErrorCode::NotFound, "no\x1b[2J such file")));
  CHECK(bench.client->state() == State::Failed);
  CHECK(bench.client->failure() == "error 1: no?[2J such file");
}

TEST_CASE("block numbers go on from 65535 to 0", "[phone][X-9]") {
  Bench bench;
  bench.read.blksize = 8;
  (void)bench.ask();
  (void)bench.hear(option_ack(options(8, 16)));
  const auto block = numbered(8);
  for (std::uint32_t n = 1; n <= 70000; ++n)
    (void)bench.hear(data(static_cast<std::uint16_t>(n), block));
  CHECK(acked(bench.hear(data(static_cast<std::uint16_t>(70001), {}))) == 70001 - 65536);
  CHECK(bench.client->state() == State::Complete);
  CHECK(bench.client->octets().size() == 70000 * 8);
}

TEST_CASE("a block longer than agreed is refused", "[phone]") {
  Bench bench;
  (void)bench.ask();
  (void)bench.hear(option_ack(options(100, 1)));
  CHECK(refused(bench.hear(data(1, numbered(101)))) == 4);
  CHECK(bench.client->state() == State::Failed);
}

TEST_CASE("a server that asks or acknowledges is refused", "[phone]") {
  Bench bench;
  (void)bench.ask();
  const auto ack = tftp::ack(0);
  CHECK(refused(bench.hear({ack.begin(), ack.end()})) == 4);
}

TEST_CASE("a name that cannot be asked for fails at once", "[phone]") {
  Bench bench;
  SECTION("empty") { bench.read.file = ""; }
  SECTION("too long") { bench.read.file.assign(600, 'x'); }
  CHECK_FALSE(bench.ask());
  CHECK(bench.client->state() == State::Failed);
}
