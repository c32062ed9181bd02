// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/esp.hpp"

#include "fake/transparent_cipher.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace portico;
using namespace portico::tunnel;
using Kind = Opened::Kind;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets counting(std::size_t size) {
  Octets octets(size);
  std::iota(octets.begin(), octets.end(), std::uint8_t{7});
  return octets;
}

/// What an opened packet's text says: some inner packet, then `behind`.
Kind kind_of(Octets behind, std::size_t inner = 0) {
  Octets text = counting(inner);
  text.insert(text.end(), behind.begin(), behind.end());
  return read_opened(text).kind;
}

}  // namespace

TEST_CASE("around every inner packet, ESP ends where its algorithm says", "[tunnel][E-1]") {
  const auto& sizes = GENERATE(from_range(kAlgorithms));
  INFO(sizes.name);
  for (std::size_t length = 0; length < 200; ++length) {
    const auto room = esp_room(sizes, length);
    REQUIRE(room.header == 8 + sizes.iv);
    REQUIRE(room.ciphertext == length + room.padding + 2);
    REQUIRE(room.ciphertext % sizes.block == 0);
    REQUIRE(room.ciphertext % 4 == 0);
    REQUIRE(room.padding < sizes.block);
    REQUIRE(room.total() == room.header + room.ciphertext + 16);
  }
}

TEST_CASE("the largest payload of a room is the largest", "[tunnel][E-1]") {
  const auto& sizes = GENERATE(from_range(kAlgorithms));
  INFO(sizes.name);
  for (std::size_t room = 0; room < 300; ++room) {
    std::size_t largest = 0;
    for (std::size_t length = 1; length <= room; ++length)
      if (esp_room(sizes, length).total() <= room) largest = length;
    REQUIRE(esp_payload(sizes, room) == largest);
  }
}

TEST_CASE("the overhead of AES-GCM in a tunnel is 54 to 57 octets with the outer header",
          "[tunnel][E-1]") {
  for (std::size_t length = 20; length < 1500; ++length) {
    const auto overhead = 20 + esp_room(sizes_of(Algorithm::AesGcm128), length).total() - length;
    REQUIRE(overhead >= 54);
    REQUIRE(overhead <= 57);
  }
}

TEST_CASE("a header holds SPI and the lower half, a trailer 1, 2, 3, its length and 4",
          "[tunnel][E-1]") {
  Octets header(8);
  write_esp_header(header.data(), 0x01020304, 0x1112'1314'2122'2324);
  CHECK(header == Octets{1, 2, 3, 4, 0x21, 0x22, 0x23, 0x24});
  for (std::size_t padding = 0; padding < 16; ++padding) {
    Octets expected(padding);
    std::iota(expected.begin(), expected.end(), std::uint8_t{1});
    expected.push_back(static_cast<std::uint8_t>(padding));
    expected.push_back(4);
    Octets trailer(padding + 2 + kIcvSize);
    write_esp_trailer(trailer.data(), padding);
    trailer.resize(padding + 2);
    CHECK(trailer == expected);
  }
}

TEST_CASE("what has not the size of ESP is none", "[tunnel][E-1]") {
  const auto& sizes = GENERATE(from_range(kAlgorithms));
  INFO(sizes.name);
  const auto least = 8 + sizes.iv + sizes.block + 16;
  for (std::size_t size = 0; size < 150; ++size) {
    Octets packet(size);  // of exactly this size, for the sanitizer
    const auto view = EspView::parse(packet, sizes);
    CHECK(view.has_value() == (size >= least && (size - least) % sizes.block == 0));
    if (!view) continue;
    CHECK(view->iv().data() == packet.data() + 8);
    CHECK(view->text().data() == packet.data() + 8 + sizes.iv);
    CHECK(view->text().size() == size - 8 - sizes.iv - 16);
    CHECK(view->icv().data() == packet.data() + size - 16);
  }
}

TEST_CASE("what is behind an inner packet says what it is", "[tunnel][E-1][E-11]") {
  struct Row {
    const char* sentence;
    Octets behind;
    Kind kind;
  };
  const auto row = GENERATE(values<Row>({
      {"IPv4 without padding", {0, 4}, Kind::Ipv4},
      {"IPv4 with padding", {1, 2, 3, 3, 4}, Kind::Ipv4},
      {"a dummy", {0, 59}, Kind::Dummy},
      {"a dummy with padding", {1, 2, 2, 59}, Kind::Dummy},
      {"IPv6 is not for us", {0, 41}, Kind::BadNextHeader},
      {"nor is transport mode", {0, 17}, Kind::BadNextHeader},
      {"nothing", {0, 0}, Kind::BadNextHeader},
      {"padding of zeros", {0, 0, 2, 4}, Kind::BadPadding},
      {"padding that counts from 0", {0, 1, 2, 4}, Kind::BadPadding},
      {"padding wrong at its end", {1, 2, 4, 3, 4}, Kind::BadPadding},
      {"a dummy's padding is looked at too", {9, 1, 59}, Kind::BadPadding},
  }));
  INFO(row.sentence);
  CHECK(kind_of(row.behind, 16) == row.kind);
  CHECK(kind_of(row.behind) == row.kind);
}

TEST_CASE("only 4 is IPv4 and only 59 a dummy", "[tunnel][E-1]") {
  for (unsigned next = 0; next < 256; ++next) {
    const auto expected = next == 4 ? Kind::Ipv4 : next == 59 ? Kind::Dummy : Kind::BadNextHeader;
    CHECK(kind_of({0, static_cast<std::uint8_t>(next)}, 2) == expected);
  }
}

TEST_CASE("padding of every length is found right, and none leads out of the text",
          "[tunnel][E-1][E-11]") {
  for (std::size_t padding = 0; padding < 256; ++padding) {
    Octets behind(padding);
    std::iota(behind.begin(), behind.end(), std::uint8_t{1});
    behind.insert(behind.end(), {static_cast<std::uint8_t>(padding), kNextIpv4});
    for (const std::size_t inner : {0u, 1u, 20u}) {
      auto text = counting(inner);
      text.insert(text.end(), behind.begin(), behind.end());
      const auto opened = read_opened(text);
      REQUIRE(opened.kind == Kind::Ipv4);
      REQUIRE(opened.payload.data() == text.data());
      REQUIRE(opened.payload.size() == inner);
    }
    for (std::size_t wrong = 0; wrong < padding; ++wrong) {
      auto text = behind;
      text[wrong] ^= 0x80;
      REQUIRE(read_opened(text).kind == Kind::BadPadding);
    }
    if (padding == 0) continue;
    // One octet less than it says, and that one stands just before the text.
    REQUIRE(read_opened(MutableBytes{behind}.subspan(1)).kind == Kind::BadPadding);
  }
}

TEST_CASE("framed, sealed, opened and read, an inner packet is as it was", "[tunnel][E-1]") {
  const auto index = GENERATE(range(std::size_t{0}, kAlgorithms.size()));
  const auto algorithm = static_cast<Algorithm>(index);
  const auto& sizes = kAlgorithms[index];
  fake::TransparentCipher cipher;
  const auto key = fake::transparent_key(algorithm, counting(key_material(algorithm)));
  for (std::size_t length = 0; length < 100; ++length) {
    const auto inner = counting(length);
    const auto room = esp_room(sizes, length);
    const std::uint64_t number = length + 1;
    Octets packet(room.total());
    write_esp_header(packet.data(), kFirstSpi, number);
    std::ranges::copy(inner, packet.begin() + static_cast<std::ptrdiff_t>(room.header));
    write_esp_trailer(packet.data() + room.header + length, room.padding);
    Job job{.key = key.get(), .packet = packet, .number = number, .esn = true};
    cipher.seal({&job, 1});

    const auto view = EspView::parse(packet, sizes);
    REQUIRE(view.has_value());
    CHECK(EspView::spi_of(packet) == kFirstSpi);
    CHECK(view->low_number() == number);
    cipher.open({&job, 1});
    REQUIRE(job.is_right);
    const auto opened = read_opened(view->text());
    REQUIRE(opened.kind == Kind::Ipv4);
    CHECK(std::ranges::equal(opened.payload, inner));
  }
}
