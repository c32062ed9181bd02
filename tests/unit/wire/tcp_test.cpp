// SPDX-License-Identifier: BSD-3-Clause
#include "wire/tcp.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/octets.hpp"

using namespace portico;
using namespace portico::wire;

namespace {

/// A segment whose header, as its data offset says, has `words` words.
Octets segment(std::uint8_t words, std::size_t size) {
  Octets s(size);
  store_be<std::uint16_t>(&s[0], 24000);
  store_be<std::uint16_t>(&s[2], 443);
  s[12] = static_cast<std::uint8_t>(words << 4);
  store_be<std::uint16_t>(&s[16], 0xbeef);
  return s;
}

}  // namespace

TEST_CASE("a TCP header's ports and checksum are where RFC 9293 puts them", "[wire]") {
  auto s = segment(5, 25);
  const auto tcp = TcpEdit::parse(MutableBytes{s});
  REQUIRE(tcp);
  CHECK(tcp->source_port() == 24000);
  CHECK(tcp->destination_port() == 443);
  CHECK(tcp->checksum() == 0xbeef);
  tcp->set_checksum(0x1234);
  CHECK(TcpView::parse(s)->checksum() == 0x1234);
}

TEST_CASE("a TCP header is as long as its data offset says", "[wire]") {
  CHECK(shortest_accepted<TcpView>(segment(5, 24)) == 20);
  CHECK(shortest_accepted<TcpView>(segment(6, 24)) == 24);
  CHECK_FALSE(TcpView::parse(segment(4, 24)));
  CHECK_FALSE(TcpView::parse(segment(15, 59)));
}

TEST_CASE("a SYN is known by its flag, its options lie behind the fixed part", "[wire]") {
  auto s = segment(7, 40);
  auto tcp = *TcpEdit::parse(MutableBytes{s});
  CHECK(tcp.header_size() == 28);
  CHECK(tcp.options().data() == &s[20]);
  CHECK(tcp.options().size() == 8);
  for (unsigned flags = 0; flags < 256; ++flags) {
    s[13] = static_cast<std::uint8_t>(flags);
    CHECK(tcp.is_syn() == ((flags & 2) == 2));
  }
}
