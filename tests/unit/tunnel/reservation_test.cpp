// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/reservation.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace portico::tunnel;

namespace {

constexpr std::uint64_t kBlock = std::uint64_t{1} << 24;
constexpr bool kEsn = true;
constexpr bool kShort = false;  // 32-bit numbers

}  // namespace

TEST_CASE("before the first reservation is durable nothing may be sent", "[tunnel][E-2][E-4]") {
  const auto stored = GENERATE(std::uint64_t{0}, std::uint64_t{1}, 5 * kBlock);
  Reservation numbers{stored, kEsn};
  CHECK(numbers.end() == numbers.first());
  const auto asked = numbers.ask(numbers.first());
  REQUIRE(asked);
  CHECK(numbers.end() == numbers.first());
  numbers.on_durable(*asked);
  CHECK(numbers.end() == numbers.first() + kBlock);
}

TEST_CASE("a new SA begins with 1, a known one where its last reservation ended",
          "[tunnel][E-2][E-4]") {
  CHECK(Reservation{0, kEsn}.first() == 1);
  CHECK(Reservation{1, kEsn}.first() == 1);
  CHECK(Reservation{kBlock + 1, kEsn}.first() == kBlock + 1);
}

TEST_CASE("the next block is asked for when less than half of one is left, and once", "[tunnel]") {
  Reservation numbers{0, kEsn};
  numbers.on_durable(numbers.ask(1).value());
  const auto half_left = numbers.end() - kBlock / 2;
  CHECK_FALSE(numbers.ask(1));
  CHECK_FALSE(numbers.ask(half_left));
  CHECK(numbers.ask(half_left + 1) == 1 + 2 * kBlock);
  CHECK_FALSE(numbers.ask(half_left + 1));
  CHECK_FALSE(numbers.ask(numbers.end()));
  CHECK(numbers.end() == 1 + kBlock);
  numbers.on_durable(1 + 2 * kBlock);
  CHECK(numbers.end() == 1 + 2 * kBlock);
  numbers.on_durable(1 + kBlock);  // late
  CHECK(numbers.end() == 1 + 2 * kBlock);
}

TEST_CASE("no number behind the last of an SA is ever reserved", "[tunnel][E-2]") {
  const auto esn = GENERATE(true, false);
  const auto last = last_number(esn);
  SECTION("the last block is what is left") {
    Reservation numbers{last - 9, esn};
    CHECK(numbers.ask(numbers.first()) == last + 1);
    CHECK(numbers.is_last());
    numbers.on_durable(last + 1);
    CHECK(numbers.end() == last + 1);
    CHECK_FALSE(numbers.ask(last));
    CHECK_FALSE(numbers.ask(last + 1));
  }
  SECTION("an SA that used them all sends nothing") {
    Reservation numbers{last + 1, esn};
    CHECK(numbers.is_last());
    CHECK(numbers.end() == numbers.first());
    CHECK_FALSE(numbers.ask(numbers.first()));
  }
  SECTION("nor does one whose store says more than there can be") {
    Reservation numbers{~std::uint64_t{0}, esn};
    CHECK(numbers.end() == numbers.first());
    CHECK_FALSE(numbers.ask(numbers.first()));
  }
}

TEST_CASE("an SA of 32 bits ends after 256 blocks", "[tunnel][E-2]") {
  Reservation numbers{0, kShort};
  int blocks = 0;
  for (auto asked = numbers.ask(1); asked && blocks < 1000; asked = numbers.ask(numbers.end())) {
    numbers.on_durable(*asked);
    ++blocks;
  }
  CHECK(blocks == 256);
  CHECK(numbers.end() == std::uint64_t{1} << 32);
}

TEST_CASE("over any restarts no number is used twice", "[tunnel][E-2][E-4]") {
  std::mt19937_64 random{1};
  std::uint64_t stored = 0;
  std::uint64_t used = 0;  // the highest
  int wrong = 0;
  for (int life = 0; life < 200; ++life) {
    Reservation numbers{stored, kEsn};
    std::optional<std::uint64_t> under_way;
    wrong += numbers.first() <= used;
    for (auto next = numbers.first(); random() % 50 != 0;) {
      if (!under_way) under_way = numbers.ask(next);
      // The store writes when it likes, and control hears of it later still.
      if (under_way && random() % 4 == 0) stored = *under_way;
      if (under_way == stored && random() % 4 == 0) {
        numbers.on_durable(stored);
        under_way.reset();
      }
      const auto room = numbers.end() - next;
      const auto sent = random() % 2 == 0 ? room : std::min(room, random() % kBlock);
      if (sent > 0) used = next + sent - 1;
      next += sent;
      wrong += used >= stored && used > 0;
    }
  }
  CHECK(wrong == 0);
  CHECK(used > 1000 * kBlock);
}
