// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/mss.hpp"

#include "support/packet_builder.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace portico;
using namespace portico::tunnel;
using support::Octets;

namespace {

constexpr std::uint8_t kSyn = 0x02, kSynAck = 0x12, kAck = 0x10;
constexpr std::size_t kMtu = 1446;

/// A TCP packet with `options`, a multiple of four octets, and a right checksum.
Octets packet(std::uint8_t flags, const Octets& options, std::uint16_t fragment = 0) {
  support::Frame frame;
  frame.from = "10.20.0.7"_ip;
  frame.to = "192.0.2.80"_ip;
  frame.protocol = wire::kProtocolTcp;
  frame.fragment = fragment;
  frame.payload = options;
  auto octets = frame.ip();
  octets[20 + 12] = static_cast<std::uint8_t>((5 + options.size() / 4) << 4);
  octets[20 + 13] = flags;
  const auto tcp = wire::TcpEdit::parse(MutableBytes{octets}.subspan(20));
  if (!tcp) return octets;
  tcp->set_checksum(0);
  tcp->set_checksum(wire::pseudo_header(frame.from, frame.to, wire::kProtocolTcp,
                                        static_cast<std::uint16_t>(octets.size() - 20))
                        .add(Bytes{tcp->bytes()})
                        .finish());
  return octets;
}

Octets clamped(Octets octets, std::size_t mtu = kMtu) {
  clamp_mss(*wire::Ipv4Edit::parse(octets), mtu);
  return octets;
}

}  // namespace

TEST_CASE("a connection through a tunnel is told a size that fits", "[tunnel][T-9]") {
  struct Row {
    const char* sentence;
    Octets before;
    Octets after;
  };
  // 1406 is 0x057e, 1460 is 0x05b4.
  const auto row = GENERATE(values<Row>({
      {"larger: lowered to the MTU less 40", {2, 4, 0x05, 0xb4}, {2, 4, 0x05, 0x7e}},
      {"the largest", {2, 4, 0xff, 0xff}, {2, 4, 0x05, 0x7e}},
      {"just one more", {2, 4, 0x05, 0x7f}, {2, 4, 0x05, 0x7e}},
      {"what fits is never raised", {2, 4, 0x05, 0x7e}, {2, 4, 0x05, 0x7e}},
      {"smaller", {2, 4, 0x02, 0x18}, {2, 4, 0x02, 0x18}},
      {"none: it is 536 then (RFC 9293 section 3.7.1)", {}, {}},
      {"behind others",
       {4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 2, 4, 0x05, 0xb4},
       {4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 2, 4, 0x05, 0x7e}},
      {"at an odd place", {1, 2, 4, 0x05, 0xb4, 1, 1, 0}, {1, 2, 4, 0x05, 0x7e, 1, 1, 0}},
      {"twice, so that no reader finds the larger",
       {2, 4, 0x05, 0xb4, 1, 2, 4, 0x23, 0x28, 1, 1, 1},
       {2, 4, 0x05, 0x7e, 1, 2, 4, 0x05, 0x7e, 1, 1, 1}},
      {"behind the end of the list it is none",
       {0, 2, 4, 0x05, 0xb4, 0, 0, 0},
       {0, 2, 4, 0x05, 0xb4, 0, 0, 0}},
      {"within another option it is none",
       {8, 8, 2, 4, 0x05, 0xb4, 0, 0},
       {8, 8, 2, 4, 0x05, 0xb4, 0, 0}},
      {"an option of another length", {2, 3, 0xff, 0}, {2, 3, 0xff, 0}},
      {"a length of nothing ends the list",
       {8, 0, 2, 4, 0x05, 0xb4, 0, 0},
       {8, 0, 2, 4, 0x05, 0xb4, 0, 0}},
      {"a length of one ends it", {8, 1, 2, 4, 0x05, 0xb4, 0, 0}, {8, 1, 2, 4, 0x05, 0xb4, 0, 0}},
      {"a length beyond the header ends it", {1, 1, 2, 4}, {1, 1, 2, 4}},
      {"a kind without its length ends it", {1, 1, 1, 2}, {1, 1, 1, 2}},
  }));
  INFO(row.sentence);
  const auto flags = GENERATE(kSyn, kSynAck);
  CHECK(clamped(packet(flags, row.before)) == packet(flags, row.after));
}

TEST_CASE("only what opens a TCP connection is changed", "[tunnel][T-9]") {
  const Octets option{2, 4, 0x05, 0xb4};
  CHECK(clamped(packet(kAck, option)) == packet(kAck, option));
  const auto later = packet(kSyn, option, 1);
  CHECK(clamped(later) == later);
  auto udp = packet(kSyn, option);
  udp[9] = wire::kProtocolUdp;
  store_be<std::uint16_t>(&udp[10], 0);
  store_be(&udp[10], wire::checksum_of(Bytes{udp}.first(20)));
  CHECK(clamped(udp) == udp);
  CHECK(clamped(packet(kSyn, option), 40) == packet(kSyn, option));
}

TEST_CASE("no list of options leads out of its header or spoils a checksum", "[tunnel][T-9]") {
  std::mt19937 random{9};
  constexpr std::array<std::uint8_t, 8> kLikely{0, 1, 2, 2, 3, 4, 4, 255};
  for (int i = 0; i < 20'000; ++i) {
    Octets options(random() % 11 * 4);
    for (auto& octet : options)
      octet = random() % 4 == 0 ? static_cast<std::uint8_t>(random()) : kLikely[random() % 8];
    auto octets = packet(kSyn, options);
    octets.shrink_to_fit();  // of exactly its size, for the sanitizer
    const auto after = clamped(octets);
    const auto ip = wire::Ipv4View::parse(after);
    REQUIRE(ip.has_value());
    REQUIRE(wire::pseudo_header(ip->source(), ip->destination(), wire::kProtocolTcp,
                                static_cast<std::uint16_t>(ip->payload().size()))
                .add(ip->payload())
                .finish() == 0);
    REQUIRE(clamped(after) == after);
  }
}
