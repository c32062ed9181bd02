// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/negotiation.hpp"

#include <catch2/catch.hpp>

using namespace portico::tftp;
using namespace portico;
using wire::tftp::Mode;
using wire::tftp::Options;

namespace {

Terms terms(const Options& asked, Mode mode = Mode::Octet, const Limits& limits = {}) {
  const auto outcome = negotiate(asked, mode, 1'000'000, limits);
  REQUIRE(std::holds_alternative<Terms>(outcome));
  return std::get<Terms>(outcome);
}

Options blksize(std::uint64_t value) { return {value, {}, {}, {}}; }
Options timeout(std::uint64_t value) { return {{}, value, {}, {}}; }
Options windowsize(std::uint64_t value) { return {{}, {}, {}, value}; }

}  // namespace

TEST_CASE("without options a transfer is of RFC 1350, and nothing is acknowledged", "[tftp][X-6]") {
  const auto plain = terms({});
  CHECK(plain.blksize == 512);
  CHECK(plain.windowsize == 1);
  CHECK(plain.timeout == 1s);
  CHECK(plain.accepted.empty());
}

TEST_CASE("only what was asked for is acknowledged", "[tftp][X-6]") {
  CHECK(terms(blksize(1024)).accepted == blksize(1024));
  CHECK(terms(windowsize(8)).accepted == windowsize(8));
}

TEST_CASE("a blksize is answered with one that the path carries whole", "[tftp][X-7][X-11]") {
  CHECK(terms(blksize(8)).blksize == 8);
  CHECK(terms(blksize(1468)).blksize == 1468);
  CHECK(terms(blksize(1469)).blksize == 1468);
  CHECK(terms(blksize(0xffffffffffffffff)).accepted == blksize(1468));
  const Limits jumbo{.mtu = 65535, .max_windowsize = 64, .timeout = 1s};
  CHECK(terms(blksize(65464), Mode::Octet, jumbo).blksize == 65464);
  CHECK(terms(blksize(65465), Mode::Octet, jumbo).blksize == 65464);
}

TEST_CASE("a blksize below 8 and a windowsize of 0 are error 8", "[tftp][X-7][X-8]") {
  for (const auto& asked : {blksize(7), blksize(0), windowsize(0)}) {
    const auto outcome = negotiate(asked, Mode::Octet, 1, {});
    REQUIRE(std::holds_alternative<Refusal>(outcome));
    CHECK(std::get<Refusal>(outcome).code == ErrorCode::OptionNegotiation);
  }
}

TEST_CASE("a timeout is taken as it is, or left out", "[tftp][X-7]") {
  CHECK(terms(timeout(1)).timeout == 1s);
  CHECK(terms(timeout(255)).timeout == 255s);
  CHECK(terms(timeout(255)).accepted == timeout(255));
  CHECK(terms(timeout(0)).accepted.empty());
  CHECK(terms(timeout(256)).accepted.empty());
  CHECK(terms(timeout(256)).timeout == 1s);
}

TEST_CASE("a windowsize is answered with one within our limit", "[tftp][X-7]") {
  CHECK(terms(windowsize(64)).windowsize == 64);
  CHECK(terms(windowsize(65535)).accepted == windowsize(64));
  const Limits wide{.mtu = 1500, .max_windowsize = 65535, .timeout = 1s};
  CHECK(terms(windowsize(65535), Mode::Octet, wide).windowsize == kWindowLimit);
}

TEST_CASE("tsize is the file's size, and is left out in netascii", "[tftp][X-7]") {
  const Options asked{{}, {}, 0, {}};
  CHECK(terms(asked).accepted.tsize == 1'000'000u);
  CHECK(terms(asked, Mode::Netascii).accepted.empty());
}
