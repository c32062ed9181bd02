// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/ordinary.hpp"

#include "datapath/classify.hpp"

#include <catch2/catch.hpp>

#include "site.hpp"

using namespace portico;
using namespace portico::datapath;
using support::Octets;

namespace {

constexpr std::size_t kIp = 14;  // where it begins in a frame without a tag

/// A worker's two ways to tell whose a frame is.
struct Ways {
  Place short_cut(Side side, Bytes frame) const {
    const auto* ip = plain_packet(links[static_cast<std::size_t>(side)], frame);
    if (ip == nullptr) return kNowhere;
    return side == Side::Lan ? ordinary_outbound(around, bindings, ip)
                             : ordinary_inbound(around, bindings, ip);
  }
  /// kNowhere: by the rules it is nobody's, or goes elsewhere.
  Place by_rule(Side side, Octets frame) const {
    Note note;
    const auto verdict = classify(links, bindings, side, frame, note);
    const nappt::Packet packet{&frame[kIp]};
    if (verdict == (side == Side::Lan ? Lane::Outbound : Lane::Inbound))
      return side == Side::Lan ? bindings.sender_of(packet) : bindings.receiver_of(packet);
    return kNowhere;
  }
  void check(Side side, const Octets& frame) const {
    const auto place = short_cut(side, frame);
    if (place != kNowhere) REQUIRE(by_rule(side, frame) == place);
    if (!is_short_esp(side, frame)) return;
    Note note;
    auto copy = frame;
    REQUIRE(classify(links, bindings, side, copy, note) == Lane::Outer);
  }
  bool is_short_esp(Side side, Bytes frame) const {
    const auto* ip = side == Side::Wan ? plain_packet(links[1], frame) : nullptr;
    return ip != nullptr && is_ordinary_esp(links[1], ip);
  }

  Links links = site::links();
  nappt::Bindings bindings{site::shape()};
  Surroundings around{links, site::shape()};
};

void correct_checksum(Octets& frame) {
  store_be<std::uint16_t>(&frame[kIp + 10], 0);
  store_be(&frame[kIp + 10], wire::checksum_of(Bytes{frame}.subspan(kIp, 20)));
}

Octets frame_of(Side side, std::uint8_t protocol) {
  auto f = side == Side::Lan ? site::outbound() : site::inbound();
  f.protocol = protocol;
  if (protocol == wire::kProtocolEsp) f.to = site::links()[1].address();
  return f.build();
}

}  // namespace

TEST_CASE("the short cut takes UDP and TCP where the rules lead them", "[datapath]") {
  const auto side = GENERATE(Side::Lan, Side::Wan);
  const auto frame = frame_of(side, GENERATE(wire::kProtocolUdp, wire::kProtocolTcp));
  const Ways ways;
  CHECK(ways.short_cut(side, frame) != kNowhere);
  CHECK(ways.short_cut(side, frame) == ways.by_rule(side, frame));
}

TEST_CASE("the short cut takes ESP for our WAN address, of the length of a UDP packet or more",
          "[datapath][T6]") {
  const Ways ways;
  auto frame = frame_of(Side::Wan, wire::kProtocolEsp);
  CHECK(ways.is_short_esp(Side::Wan, frame));
  store_be<std::uint16_t>(&frame[kIp + 2], 28);
  correct_checksum(frame);
  CHECK(ways.is_short_esp(Side::Wan, frame));
  store_be<std::uint16_t>(&frame[kIp + 2], 27);
  correct_checksum(frame);
  CHECK_FALSE(ways.is_short_esp(Side::Wan, frame));
}

TEST_CASE("what the short cut lets pass the rules let pass, whichever octet is wrong",
          "[datapath][F-1]") {
  const auto side = GENERATE(Side::Lan, Side::Wan);
  const auto whole =
      frame_of(side, GENERATE(wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolEsp));
  const Ways ways;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned octet = 0; octet < 256; ++octet) {
      auto frame = whole;
      frame[at] = static_cast<std::uint8_t>(octet);
      ways.check(side, frame);
      correct_checksum(frame);
      ways.check(side, frame);
    }
    ways.check(side, Octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at)));
  }
}
