// SPDX-License-Identifier: BSD-3-Clause
#include "icmp/echo.hpp"

#include "icmp/speaker.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::icmp;

namespace {

const Echo kAsked{"10.20.0.9"_ip, "10.20.0.1"_ip, 0xbeef, 7};

/// What a host that has the address of `kAsked.to` answers.
std::array<std::uint8_t, kEchoSize> reply() {
  Speaker host{{{{{kAsked.to, 16}, 100}, {{"192.0.2.1"_ip, 24}, 100}}}};
  std::array<std::uint8_t, kEchoSize> answer{};
  const auto said = host.reply_to_echo(Side::Lan, request_of(kAsked), answer, Time{});
  REQUIRE(said.verdict == Verdict::Sent);
  return answer;
}

}  // namespace

TEST_CASE("an echo request of ours is one that hosts answer, and the reply names it", "[icmp]") {
  CHECK(replied_to(reply()) == kAsked);
}

TEST_CASE("what is no whole echo reply replies to nothing", "[icmp]") {
  auto packet = reply();
  SECTION("the request itself") { packet = request_of(kAsked); }
  SECTION("an octet changed on the way") { packet[26] ^= 1; }
  SECTION("a header that is not IPv4's") { packet[0] = 0x65; }
  CHECK_FALSE(replied_to(packet));
  CHECK_FALSE(replied_to(Bytes{packet}.first(27)));
}
