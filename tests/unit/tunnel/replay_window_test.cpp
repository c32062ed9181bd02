// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/replay_window.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

using namespace portico::tunnel;
using Standing = ReplayWindow::Standing;

namespace {

/// A window with words of its own.
struct Bed {
  explicit Bed(std::uint32_t size, std::uint64_t top = 0)
      : words(ReplayWindow::words_for(size)), window(size, words, top) {}
  /// What it says of a number, which it accepts only if that is new.
  Standing take(std::uint64_t number) {
    const auto standing = window.judge(number);
    if (standing == Standing::New)
      REQUIRE(window.accept(number));
    else if (number != 0 && number <= window.top())
      REQUIRE_FALSE(window.accept(number));
    return standing;
  }
  std::vector<std::uint64_t> words;
  ReplayWindow window;
};

constexpr std::uint64_t kWrap = std::uint64_t{1} << 32;

/// Ten times as many where scripts/check --long asks for patience.
std::size_t packets_of_a_run() {
  const char* pace = std::getenv("PORTICO_PACE");
  return pace != nullptr && std::string_view{pace} == "long" ? 10'000'000 : 1'000'000;
}

}  // namespace

TEST_CASE("a new SA begins with 1, and 0 never comes", "[tunnel][E-2][E-5]") {
  Bed bed{64};
  CHECK(bed.take(0) == Standing::TooOld);
  CHECK(bed.take(1) == Standing::New);
  CHECK(bed.take(1) == Standing::Duplicate);
}

TEST_CASE("a new SA's first packets may come in any order", "[tunnel][E-5]") {
  Bed bed{64};
  CHECK(bed.take(5) == Standing::New);
  CHECK(bed.take(3) == Standing::New);
  CHECK(bed.take(3) == Standing::Duplicate);
}

TEST_CASE("what a window covers is taken once, what it does not is too old", "[tunnel][E-5]") {
  const auto size = GENERATE(64u, 128u, 1024u, 4096u);
  for (const std::uint64_t top : {std::uint64_t{5000}, std::uint64_t{8191}, std::uint64_t{8192},
                                  kWrap - 1, kWrap, kWrap + 1, kWrap + size - 1, kWrap + size}) {
    Bed bed{size};
    REQUIRE(bed.take(top) == Standing::New);
    CHECK(bed.window.judge(top - size) == Standing::TooOld);
    CHECK(bed.window.judge(top - size - 1) == Standing::TooOld);
    for (std::uint64_t number = top - size + 1; number < top; ++number) {
      REQUIRE(bed.take(number) == Standing::New);
      REQUIRE(bed.take(number) == Standing::Duplicate);
    }
    CHECK(bed.take(top) == Standing::Duplicate);
    CHECK(bed.take(top + 1) == Standing::New);
    CHECK(bed.window.judge(top - size + 1) == Standing::TooOld);
  }
}

TEST_CASE("a leap leaves nothing of what came before", "[tunnel][E-5]") {
  const auto size = GENERATE(64u, 1024u);
  for (const std::uint64_t leap : {1u, 63u, 64u, 65u, 127u, size - 1, size, size + 1, 2 * size - 1,
                                   2 * size, 2 * size + 1, 5 * size}) {
    Bed bed{size};
    for (std::uint64_t number = 1; number <= 3 * size; ++number) (void)bed.take(number);
    const auto top = 3 * size + leap;
    REQUIRE(bed.take(top) == Standing::New);
    for (std::uint64_t number = top - size + 1; number < top; ++number)
      CHECK(bed.window.judge(number) == (number <= 3 * size ? Standing::Duplicate : Standing::New));
  }
}

TEST_CASE("after a restart everything up to the stored top was seen", "[tunnel][E-5]") {
  Bed bed{1024, 70'000};
  for (std::uint64_t number = 68'000; number <= 70'000; ++number)
    CHECK(bed.take(number) != Standing::New);
  CHECK(bed.take(70'001) == Standing::New);
}

TEST_CASE("the upper half of a number is told by where the window is", "[tunnel][E-6]") {
  struct Case {
    std::uint64_t top;
    std::uint32_t low;
    std::uint64_t number;
  };
  const auto [top, low, number] = GENERATE(values<Case>({
      {5000, 4001, 4001},                             // within the window
      {5000, 6000, 6000},                             // ahead of it
      {kWrap - 1, 0, kWrap},                          // the first after the wrap
      {kWrap - 10, 5, kWrap + 5},                     //
      {kWrap + 5, 0xffff'fff0, kWrap - 16},           // late, from before the wrap
      {kWrap + 5, 6, kWrap + 6},                      //
      {kWrap + 1023, 0, kWrap},                       // the window's lowest place
      {kWrap + 1024, 0, 2 * kWrap},                   // below it: it must be the next one
      {3 * kWrap + 100, 0xffff'ffff, 3 * kWrap - 1},  //
      {3 * kWrap + 0x7fff'ffff, 0x8000'0000, 3 * kWrap + 0x8000'0000},
  }));
  Bed bed{1024, top};
  CHECK(bed.window.extended(low) == number);
}

TEST_CASE("nothing comes from before the first number", "[tunnel][E-6]") {
  Bed bed{1024, 10};
  CHECK(bed.window.judge(bed.window.extended(0xffff'fff0)) == Standing::TooOld);
}

TEST_CASE("in any order, twice and late, a window takes what was never seen",
          "[tunnel][E-5][E-6]") {
  const auto size = GENERATE(64u, 4096u);
  const auto packets = packets_of_a_run();
  // The numbers pass 2^32 half way. What the model knows: the highest, and each that came.
  const auto first = kWrap - packets / 2;
  Bed bed{size, first - 1};
  std::vector<bool> seen(2 * packets);
  std::uint64_t top = first - 1, sent = first, wrong = 0;
  std::array<std::uint64_t, 3> standings{};
  std::mt19937_64 random{size};
  for (std::size_t i = 0; i < packets; ++i) {
    const auto draw = random();
    sent += draw % 4 == 0 ? 0 : draw % 10'000 == 1 ? (draw >> 40) % (3 * size) : 1;
    // Half come at once, the others up to one and a half windows late, or again.
    const auto late = draw & 1 << 20 ? 0 : (draw >> 32) % (size + size / 2);
    const auto number = sent - std::min(late, sent - first);
    const bool is_old = top - size >= number && number <= top;
    // Below the window nobody can tell a late packet from one of the next round, but its ICV can.
    const auto extended = bed.window.extended(static_cast<std::uint32_t>(number));
    wrong += extended != (is_old ? number + kWrap : number);
    const auto place = static_cast<std::size_t>(number - first);
    const auto expected = is_old        ? Standing::TooOld
                          : seen[place] ? Standing::Duplicate
                                        : Standing::New;
    wrong += bed.take(number) != expected;
    ++standings[static_cast<std::size_t>(expected)];
    if (expected != Standing::New) continue;
    seen[place] = true;
    top = std::max(top, number);
    wrong += bed.window.top() != top;
  }
  CHECK(wrong == 0);
  CHECK(top > kWrap);
  for (const auto count : standings) CHECK(count > packets / 100);
}
