// SPDX-License-Identifier: BSD-3-Clause
#include "base/spsc_ring.hpp"

#include <catch2/catch.hpp>

#include <thread>

using portico::SpscRing;

TEST_CASE("a ring holds as many values as its capacity, first in first out", "[base]") {
  SpscRing<int> ring(4);
  for (int i = 0; i < 4; ++i) REQUIRE(ring.push(i));
  CHECK_FALSE(ring.push(4));
  int value = -1;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(ring.pop(value));
    CHECK(value == i);
  }
  CHECK_FALSE(ring.pop(value));
}

TEST_CASE("two threads pass every value once and in order", "[base]") {
  constexpr int kValues = 100'000;
  SpscRing<int> ring(64);
  std::thread producer([&ring] {
    for (int i = 0; i < kValues;)
      if (ring.push(i))
        ++i;
      else
        std::this_thread::yield();
  });
  bool in_order = true;
  for (int expected = 0; expected < kValues;) {
    int value = -1;
    if (!ring.pop(value)) {
      std::this_thread::yield();
      continue;
    }
    in_order = in_order && value == expected++;
  }
  producer.join();
  CHECK(in_order);
}
