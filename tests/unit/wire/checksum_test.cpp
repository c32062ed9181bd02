// SPDX-License-Identifier: BSD-3-Clause
#include "wire/checksum.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/octets.hpp"
#include <random>

using namespace portico;
using namespace portico::wire;

TEST_CASE("the worked example of RFC 1071, section 3", "[wire]") {
  const Octets example{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  CHECK(checksum_of(example) == static_cast<std::uint16_t>(~0xddf2));
}

TEST_CASE("an octet left over counts as if a zero followed", "[wire]") {
  CHECK(checksum_of(Octets{0x12, 0x34, 0x56}) == checksum_of(Octets{0x12, 0x34, 0x56, 0x00}));
  CHECK(checksum_of(Octets{0xab}) == static_cast<std::uint16_t>(~0xab00));
  CHECK(checksum_of({}) == 0xffff);
}

TEST_CASE("what holds its own checksum sums to zero", "[wire]") {
  std::mt19937 random{1};
  for (std::size_t size = 2; size < 70; ++size) {
    Octets bytes(size);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    store_be<std::uint16_t>(&bytes[0], 0);
    store_be(&bytes[0], checksum_of(bytes));
    CHECK(checksum_of(bytes) == 0);
  }
}

TEST_CASE("the sum does not overflow on the longest packet", "[wire]") {
  CHECK(checksum_of(Octets(65535, 0xff)) == 0x00ff);
}

TEST_CASE("pieces sum to what the whole does", "[wire]") {
  const Octets whole{1, 2, 3, 4, 5, 6, 7};
  CHECK(ChecksumSum{}.add(Bytes{whole}.first(4)).add(Bytes{whole}.subspan(4)).finish() ==
        checksum_of(whole));
  CHECK(ChecksumSum{}.add("1.2.3.4"_ip).add16(0x0506).add16(0x0700).finish() == checksum_of(whole));
}

TEST_CASE("a pseudo header covers addresses, protocol and length (RFC 768)", "[wire]") {
  const Octets spelled_out{10, 0, 0, 7, 192, 0, 2, 9, 0, 17, 0x01, 0x02};
  CHECK(pseudo_header("10.0.0.7"_ip, "192.0.2.9"_ip, 17, 0x0102).finish() ==
        checksum_of(spelled_out));
}

TEST_CASE("a changed packet's checksum follows by its delta", "[wire][F-3]") {
  std::mt19937 random{2};
  for (int i = 0; i < 2000; ++i) {
    Octets bytes(20);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    bytes[0] |= 1;  // a header is never all zeros, where the two zeros of the sum would meet
    store_be<std::uint16_t>(&bytes[10], 0);
    const auto before = checksum_of(bytes);
    const Ipv4 was{load_be<std::uint32_t>(&bytes[12])};
    const Ipv4 now{static_cast<std::uint32_t>(random())};
    store_be(&bytes[12], now.bits);
    CHECK(ChecksumDelta{}.replace(was, now).apply(before) == checksum_of(bytes));
  }
}

TEST_CASE("the example of RFC 1624, section 4 yields zero, not its complement", "[wire][F-3]") {
  CHECK(ChecksumDelta{}.replace16(0x5555, 0x3285).apply(0xdd2f) == 0x0000);
}

TEST_CASE("a delta keeps a bad checksum bad by as much", "[wire][F-3]") {
  const auto delta = ChecksumDelta{}.replace("10.0.0.7"_ip, "203.0.113.9"_ip);
  const std::uint16_t right = 0x1234;
  const std::uint16_t wrong = 0x1235;
  CHECK(static_cast<std::uint16_t>(delta.apply(wrong) - delta.apply(right)) == 1);
}

TEST_CASE("a stored delta does the same to a checksum as it stands in a packet", "[wire][F-3]") {
  std::mt19937 random{3};
  const auto number = [&] { return static_cast<std::uint16_t>(random()); };
  const auto address = [&] { return Ipv4{static_cast<std::uint32_t>(random())}; };
  for (int i = 0; i < 2000; ++i) {
    const auto delta = ChecksumDelta{}.replace(address(), address());
    const auto other = ChecksumDelta{}.replace16(number(), number());
    auto both = delta;
    both += other;
    const auto checksum = number();
    CHECK(swap_bytes(StoredDelta{delta}.apply(swap_bytes(checksum))) == delta.apply(checksum));
    CHECK(swap_bytes(StoredDelta{other}.apply(StoredDelta{delta}.apply(swap_bytes(checksum)))) ==
          both.apply(checksum));
  }
}

TEST_CASE("a stored delta leads back", "[wire][F-3]") {
  const StoredDelta there{ChecksumDelta{}.replace("10.0.0.7"_ip, "203.0.113.9"_ip)};
  CHECK((~there).apply(there.apply(0x1234)) == 0x1234);
}

TEST_CASE("a header's checksum is right or it is not", "[wire][F-1]") {
  std::array<std::uint8_t, 20> header{0x45, 0, 0,  60, 0, 7, 0x40, 0, 64,  17,
                                      0,    0, 10, 20, 0, 7, 203,  0, 113, 9};
  store_be(&header[10], checksum_of(header));
  CHECK(is_right_header(header.data()));
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
    header[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    CHECK_FALSE(is_right_header(header.data()));
    header[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
}

TEST_CASE("the quick check of a header judges it as the sum does, whatever its octets",
          "[wire][F-1]") {
  std::mt19937 random{1};
  std::array<std::uint8_t, 20> header;
  for (int i = 0; i < 1000; ++i) {
    for (auto& octet : header) octet = static_cast<std::uint8_t>(random());
    CHECK(is_right_header(header.data()) == (checksum_of(header) == 0));
    store_be<std::uint16_t>(&header[10], 0);
    store_be(&header[10], checksum_of(header));
    CHECK(is_right_header(header.data()));
  }
}

TEST_CASE("deltas add up, and a change taken back is none", "[wire][F-3]") {
  auto there = ChecksumDelta{}.replace("10.0.0.7"_ip, "203.0.113.9"_ip);
  there += ChecksumDelta{}.replace("203.0.113.9"_ip, "10.0.0.7"_ip);
  CHECK(there.apply(0x1234) == 0x1234);
}
