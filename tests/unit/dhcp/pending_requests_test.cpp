// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/pending_requests.hpp"

#include <catch2/catch.hpp>

using namespace portico::dhcp;

namespace {

Request request_with(std::uint32_t xid) {
  Request request;
  request.header.xid = xid;
  return request;
}

}  // namespace

TEST_CASE("a kept request is given back once, by its ticket", "[dhcp][D-9]") {
  PendingRequests pending(2);
  auto first = request_with(1);
  auto second = request_with(2);
  pending.keep(10, first);
  pending.keep(20, second);
  CHECK(pending.is_full());
  Request got;
  REQUIRE(pending.take(10, got));
  CHECK(got.header.xid == 1);
  CHECK_FALSE(pending.take(10, got));
  CHECK_FALSE(pending.is_full());
  REQUIRE(pending.take(20, got));
  CHECK(got.header.xid == 2);
}

TEST_CASE("of two requests with one ticket the later is kept, full or not", "[dhcp][D-9]") {
  PendingRequests pending(1);
  auto first = request_with(1);
  auto second = request_with(2);
  first.received = {1000};
  second.received = {2000};
  pending.keep(10, first);
  pending.keep(10, second);
  Request got;
  REQUIRE(pending.take(10, got));
  CHECK(got.header.xid == 2);
  CHECK(got.received == portico::Time{1000});  // the lease under way counts from the first
  CHECK_FALSE(pending.take(10, got));
}

TEST_CASE("room given back is used again", "[dhcp]") {
  PendingRequests pending(1);
  Request got;
  for (std::uint32_t i = 0; i < 100; ++i) {
    auto request = request_with(i);
    pending.keep(i, request);
    REQUIRE(pending.take(i, got));
    CHECK(got.header.xid == i);
  }
}
