// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/interface.hpp"

#include <catch2/catch.hpp>

#include "unit/neighbor/recorder.hpp"

using namespace portico;
using namespace portico::neighbor;

TEST_CASE("a request for our own address is answered to its sender", "[neighbor][F-12]") {
  const Wired asked{request("198.51.100.9"_ip, kTheirMac, "198.51.100.2"_ip)};
  const auto answer = answer_to(asked.view(), wan());
  REQUIRE(answer);
  CHECK(answer->operation == wire::ArpOperation::Reply);
  CHECK(answer->sender == "198.51.100.2"_ip);
  CHECK(answer->sender_mac == kOurMac);
  CHECK(answer->target == "198.51.100.9"_ip);
  CHECK(answer->target_mac == kTheirMac);
}

TEST_CASE("every address of the public pools is answered for", "[neighbor][F-12]") {
  for (const auto target : {"203.0.113.0"_ip, "203.0.113.3"_ip}) {
    const Wired asked{request("198.51.100.9"_ip, kTheirMac, target)};
    const auto answer = answer_to(asked.view(), wan());
    REQUIRE(answer);
    CHECK(answer->sender == target);
  }
}

TEST_CASE("a probe for our address is answered, so that its sender stays off it",
          "[neighbor][F-12]") {
  const Wired probe{request({}, kTheirMac, "203.0.113.1"_ip)};
  const auto answer = answer_to(probe.view(), wan());
  REQUIRE(answer);
  CHECK(answer->target == Ipv4{});
}

TEST_CASE("what is not a request for an address of ours is not answered", "[neighbor][F-12]") {
  const auto self = wan();
  const Wired next_address{request("198.51.100.9"_ip, kTheirMac, "203.0.113.4"_ip)};
  const Wired a_reply{reply("198.51.100.9"_ip, kTheirMac)};
  const Wired an_announcement{request("198.51.100.2"_ip, kTheirMac, "198.51.100.2"_ip)};
  CHECK_FALSE(answer_to(next_address.view(), self));
  CHECK_FALSE(answer_to(a_reply.view(), self));
  CHECK_FALSE(answer_to(an_announcement.view(), self));
}

TEST_CASE("an announcement names the address twice and leaves the target's MAC open",
          "[neighbor][F-12]") {
  const auto m = announcement_of("203.0.113.1"_ip, wan());
  CHECK(m.operation == wire::ArpOperation::Request);
  CHECK(m.sender == "203.0.113.1"_ip);
  CHECK(m.target == "203.0.113.1"_ip);
  CHECK(m.sender_mac == kOurMac);
  CHECK(m.target_mac == Mac{});
}

TEST_CASE("only a single host's address can be a neighbour's", "[neighbor]") {
  const auto self = wan();
  for (const auto a : {"198.51.100.2"_ip, "203.0.113.1"_ip, "0.0.0.0"_ip, "224.0.0.1"_ip,
                       "255.255.255.255"_ip, "198.51.100.0"_ip, "198.51.100.255"_ip})
    CHECK_FALSE(self.may_have_neighbor(a));
  CHECK(self.may_have_neighbor("198.51.100.1"_ip));
  SECTION("a link of two has no broadcast address (RFC 3021)") {
    const Interface pair{.address = {"192.0.2.1"_ip, 31}, .mac = kOurMac, .also_own = {}};
    CHECK(pair.may_have_neighbor("192.0.2.0"_ip));
  }
}
