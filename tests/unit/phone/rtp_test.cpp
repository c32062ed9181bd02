// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/software/rtp.hpp"

#include "app/phone/software/settings.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace portico;
using namespace portico::rtp;

TEST_CASE("mu-law is G.711's", "[rtp]") {
  // ITU-T G.711, table 2a: the ends of the scale and the smallest steps.
  CHECK(mu_law(0) == 0xff);
  CHECK(mu_law(-1) == 0x7f);
  CHECK(mu_law(32767) == 0x80);
  CHECK(mu_law(-32768) == 0x00);
  CHECK(mu_law(8) == 0xfe);
}

TEST_CASE("packets of a tone follow each other by 20 ms", "[rtp]") {
  Tone tone{0x12345678};
  const auto first = tone.next();
  const auto second = tone.next();
  CHECK(first.size() == 172);
  CHECK(first[0] == 0x80);
  CHECK(first[1] == 0x80);  // marked: speech begins
  CHECK(second[1] == 0x00);
  CHECK(parse(first)->source == 0x12345678);
  CHECK(static_cast<std::uint16_t>(parse(second)->sequence - parse(first)->sequence) == 1);
  CHECK(load_be<std::uint32_t>(&second[4]) - load_be<std::uint32_t>(&first[4]) == 160);
}

TEST_CASE("what is not RTP version 2 is not heard", "[rtp]") {
  auto packet = Tone{1}.next();
  SECTION("shorter than a header") {
    for (std::size_t size = 0; size < kHeaderSize; ++size) {
      const std::vector<std::uint8_t> cut(packet.begin(),
                                          packet.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK_FALSE(parse(cut));
    }
  }
  SECTION("version 1") {
    packet[0] = 0x40;
    CHECK_FALSE(parse(packet));
  }
}

TEST_CASE("RTP takes the first even port of the range, RTCP the next", "[rtp]") {
  const auto [first, last, rtp, rtcp] =
      GENERATE(table<std::uint16_t, std::uint16_t, std::uint16_t, std::uint16_t>(
          {{24000, 24063, 24000, 24001},
           {24001, 24063, 24002, 24003},
           {24001, 24002, 24002, 0},
           {24001, 24001, 24001, 0},
           {24000, 24000, 24000, 0}}));
  Settings settings;
  settings.first_port = first;
  settings.last_port = last;
  CHECK(settings.rtp_port() == rtp);
  CHECK(settings.rtcp_port() == rtcp);
}

TEST_CASE("arguments are read, and what is not understood is refused", "[rtp]") {
  const auto read = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "rtp-phone");
    return read_settings(static_cast<int>(arguments.size()), arguments.data());
  };
  const auto settings = read({"--ports", "24000-24063", "--peer", "198.51.100.9:40000"});
  REQUIRE(settings);
  CHECK(settings->last_port == 24063);
  CHECK(settings->peer == wire::Endpoint{"198.51.100.9"_ip, 40000});
  CHECK_FALSE(read({}));
  CHECK_FALSE(read({"--ports", "24063-24000"}));
  CHECK_FALSE(read({"--ports", "24000-99999"}));
  CHECK_FALSE(read({"--ports", "24000-24063", "--peer", "198.51.100.9"}));
  CHECK_FALSE(read({"--ports", "24000-24063", "--what", "1"}));
  CHECK_FALSE(read({"--ports"}));
}
