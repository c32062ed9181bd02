// SPDX-License-Identifier: BSD-3-Clause
// A worker more changes who does the work, and nothing else.
#include <catch2/catch.hpp>

#include "gateway.hpp"
#include <algorithm>
#include <map>
#include <random>

using namespace portico;
using namespace portico::datapath;
using fake::Frames;
using site::Gateway;
using stats::Drop;

namespace {

struct Received {
  Side side;
  support::Octets frame;
};

/// Packets that are forwarded, refused and handed to control, for each reason that one field gives.
class Traffic {
 public:
  Received next() {
    const auto side = pick(2) == 0 ? Side::Lan : Side::Wan;
    auto frame = side == Side::Lan ? site::outbound() : site::inbound();
    auto& port = side == Side::Lan ? frame.from_port : frame.to_port;
    port = static_cast<std::uint16_t>(site::kPorts.first + pick(site::kPorts.size));
    frame.payload.resize(pick(200));
    spoil(frame, port);
    return {side, frame.build()};
  }

 private:
  void spoil(support::Frame& frame, std::uint16_t& port) {
    constexpr Ipv4 kElsewhere{0xc0a80101};
    switch (pick(12)) {
      case 0:
        frame.ttl = 1;
        break;
      case 1:
        port = 1024;
        break;
      case 2:
        frame.from_mac = "00:1b:2c:ff:ff:ff"_mac;
        break;
      case 3:
        frame.to = site::kPublic;  // from a phone: to another phone
        frame.to_port = site::kRoutedPorts.first;
        break;
      case 4:
        frame.from = kElsewhere;
        break;
      case 5:
        frame.protocol = wire::kProtocolTcp;
        break;
      case 6:
        frame.protocol = wire::kProtocolIcmp;
        frame.from_port = port;  // the identifier, both ways
        break;
      case 7:
        frame.fragment = 0x2000;
        break;
      case 8:
        frame.payload.resize(1450);
        frame.dont_fragment = true;
        break;
      default:
        break;  // most are as they should be
    }
  }
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

  std::mt19937 random_{7};
};

/// What came of the traffic, in no order.
struct Answers {
  Frames to_lan;
  Frames to_wan;
  Frames to_control;
  std::vector<std::uint64_t> drops;
  Usage usage;
  friend bool operator==(const Answers&, const Answers&) = default;
};

void append(Frames& all, Frames&& more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Answers answers_of(unsigned workers) {
  Gateway gateway{{.workers = workers}};
  Traffic traffic;
  Answers answers;
  for (int turn = 0; turn < 400; ++turn) {
    for (unsigned i = 0; i < 8; ++i) {
      const auto [side, frame] = traffic.next();
      auto& port = side == Side::Lan ? gateway.lan() : gateway.wan();
      port.receive(frame, (i * 7 + static_cast<unsigned>(turn)) % workers);
    }
    gateway.turn();
    append(answers.to_lan, gateway.lan().sent());
    append(answers.to_wan, gateway.wan().sent());
    for (auto& punted : gateway.punted()) answers.to_control.push_back(std::move(punted.frame));
  }
  for (auto* frames : {&answers.to_lan, &answers.to_wan, &answers.to_control})
    std::ranges::sort(*frames);
  for (const auto& text : stats::kDropTexts) answers.drops.push_back(gateway.dropped(text.drop));
  for (unsigned i = 0; i < workers; ++i)
    answers.usage += gateway.worker(i).bindings.usage(site::kPhone);
  CHECK(gateway.balanced());
  return answers;
}

}  // namespace

TEST_CASE("one worker to four give the same answers, packet for packet", "[datapath][D1]") {
  const auto expected = answers_of(1);
  REQUIRE(expected.to_lan.size() > 500);
  REQUIRE(expected.to_wan.size() > 500);
  REQUIRE(expected.to_control.size() > 50);
  REQUIRE(std::ranges::count_if(expected.drops, [](auto n) { return n > 0; }) >= 5);
  for (const unsigned workers : {2u, 3u, 4u}) {
    CAPTURE(workers);
    CHECK(answers_of(workers) == expected);
  }
}
