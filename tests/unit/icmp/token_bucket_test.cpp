// SPDX-License-Identifier: BSD-3-Clause
#include "icmp/token_bucket.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using icmp::TokenBucket;

namespace {

int take_all(TokenBucket& bucket, Time now) {
  int taken = 0;
  while (taken < 10000 && bucket.take(now)) ++taken;
  return taken;
}

}  // namespace

TEST_CASE("a bucket holds one second's worth and fills at its rate", "[icmp][F-7]") {
  TokenBucket bucket{100};
  CHECK(take_all(bucket, Time{}) == 100);
  CHECK(take_all(bucket, Time{} + 9ms) == 0);
  CHECK(take_all(bucket, Time{} + 10ms) == 1);
  CHECK(take_all(bucket, Time{} + 60ms) == 5);
  CHECK(take_all(bucket, Time{} + 3600s) == 100);
}

TEST_CASE("over any stretch no more passes than the rate and one burst", "[icmp][F-7]") {
  TokenBucket bucket{7};
  int passed = 0;
  for (Time now; now < Time{} + 10s; now = now + 1ms) passed += bucket.take(now) ? 1 : 0;
  CHECK(passed >= 70);
  CHECK(passed <= 77);
}

TEST_CASE("one a second is one a second", "[icmp][F-7]") {
  TokenBucket bucket{1};
  CHECK(take_all(bucket, Time{}) == 1);
  CHECK(take_all(bucket, Time{} + 999ms) == 0);
  CHECK(take_all(bucket, Time{} + 1s) == 1);
}

TEST_CASE("a rate of zero is silence", "[icmp][F-7][I-9]") {
  TokenBucket bucket{0};
  CHECK_FALSE(bucket.take(Time{}));
  CHECK_FALSE(bucket.take(Time{} + 3600s));
}
