// SPDX-License-Identifier: BSD-3-Clause
#include "icmp/speaker.hpp"

#include "wire/checksum.hpp"
#include "wire/icmp.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace portico;
using namespace portico::icmp;
using wire::IcmpView;
using wire::Ipv4Header;
using wire::Ipv4View;

namespace {

using Packet = std::vector<std::uint8_t>;

const Ipv4 kLan = "10.0.0.1"_ip;
const Ipv4 kWan = "198.51.100.2"_ip;
const Ipv4 kPhone = "10.0.0.7"_ip;
const Ipv4 kServer = "192.0.2.9"_ip;

Speaker speaker(std::uint32_t per_s = 100) {
  return Speaker{{{{{kLan, 16}, per_s}, {{kWan, 24}, per_s}}}};
}

Packet packet(const Ipv4Header& header, const Packet& payload) {
  Packet p(Ipv4Header::kSize + payload.size());
  header.write(p, payload.size());
  std::copy(payload.begin(), payload.end(), p.begin() + Ipv4Header::kSize);
  return p;
}

Packet octets(std::size_t n) {
  Packet p(n);
  std::iota(p.begin(), p.end(), std::uint8_t{0});
  return p;
}

Packet udp_from(Ipv4 source, std::size_t payload = 100, Ipv4 destination = kServer) {
  return packet({.source = source, .destination = destination, .ttl = 1}, octets(payload));
}

/// With a flags and fragment offset word of its own.
Packet with_fragment_word(Packet p, std::uint16_t word) {
  store_be(&p[6], word);
  store_be<std::uint16_t>(&p[10], 0);
  store_be(&p[10], wire::checksum_of(Bytes{p}.first(Ipv4Header::kSize)));
  return p;
}

Packet icmp_message(std::uint8_t type, std::size_t payload = 56) {
  Packet m = octets(IcmpView::kSize + payload);
  m[0] = type;
  m[1] = 0;
  store_be<std::uint16_t>(&m[2], 0);
  store_be(&m[2], wire::checksum_of(m));
  return m;
}

Packet icmp_from(Ipv4 source, Ipv4 destination, std::uint8_t type) {
  return packet({.source = source, .destination = destination, .protocol = wire::kProtocolIcmp},
                icmp_message(type));
}

/// What was said, in memory of exactly the size promised.
struct Said {
  Outcome outcome;
  Packet bytes;

  [[nodiscard]] Ipv4View ip() const { return *Ipv4View::parse(bytes); }
  [[nodiscard]] IcmpView icmp() const { return *IcmpView::parse(ip().payload()); }
};

Said complain(Speaker& s, Complaint c, const Packet& about, Side side = Side::Lan,
              Delivery delivery = Delivery::Unicast, std::uint16_t mtu = 0) {
  Packet out(kMaxError);
  const auto outcome = s.complain(c, {side, delivery, about}, out, Time{}, mtu);
  out.resize(outcome.size);
  return {outcome, out};
}

Verdict verdict_on(const Packet& about, Delivery delivery = Delivery::Unicast) {
  auto s = speaker();
  return complain(s, Complaint::TimeExceeded, about, Side::Lan, delivery).outcome.verdict;
}

Said ping(Speaker& s, const Packet& request, Side side = Side::Lan) {
  Packet out(request.size());
  const auto outcome = s.reply_to_echo(side, request, out, Time{});
  out.resize(outcome.size);
  return {outcome, out};
}

Verdict verdict_on_ping(const Packet& request) {
  auto s = speaker();
  return ping(s, request).outcome.verdict;
}

}  // namespace

TEST_CASE("an error goes to the sender from the interface facing it", "[icmp][F-6][F-2]") {
  auto s = speaker();
  const auto about = udp_from(kPhone);
  const auto said = complain(s, Complaint::TimeExceeded, about);
  REQUIRE(said.outcome.verdict == Verdict::Sent);
  CHECK(said.ip().source() == kLan);
  CHECK(said.ip().destination() == kPhone);
  CHECK(said.ip().protocol() == wire::kProtocolIcmp);
  CHECK(complain(s, Complaint::HostUnreachable, udp_from(kServer), Side::Wan).ip().source() ==
        kWan);

  SECTION("with a fresh TTL and precedence 6") {
    CHECK(said.ip().ttl() == 64);
    CHECK(said.ip().tos() >> 5 == 6);
  }
  SECTION("and quotes the packet as it came") {
    const auto quote = said.icmp().payload();
    CHECK(std::equal(quote.begin(), quote.end(), about.begin(), about.end()));
    CHECK(wire::checksum_of(said.ip().payload()) == 0);
  }
}

TEST_CASE("each complaint has its type and code", "[icmp][F-6][I-9]") {
  struct Row {
    Complaint complaint;
    std::uint8_t type;
    std::uint8_t code;
    stats::Counter Counters::*counter;
  };
  const auto row =
      GENERATE(Row{Complaint::TimeExceeded, 11, 0, &Counters::time_exceeded_sent},
               Row{Complaint::NetUnreachable, 3, 0, &Counters::net_unreachable_sent},
               Row{Complaint::HostUnreachable, 3, 1, &Counters::host_unreachable_sent},
               Row{Complaint::PortUnreachable, 3, 3, &Counters::port_unreachable_sent},
               Row{Complaint::FragmentationNeeded, 3, 4, &Counters::fragmentation_needed_sent},
               Row{Complaint::Prohibited, 3, 13, &Counters::prohibited_sent});
  auto s = speaker();
  const auto said =
      complain(s, row.complaint, udp_from(kPhone), Side::Lan, Delivery::Unicast, 1400);
  REQUIRE(said.outcome.verdict == Verdict::Sent);
  CHECK(said.icmp().type() == row.type);
  CHECK(said.icmp().code() == row.code);
  CHECK((s.counters().*row.counter).value() == 1);
  // Only "fragmentation needed" tells an MTU; elsewhere the word is unused and zero.
  CHECK(said.icmp().next_hop_mtu() == (row.code == 4 ? 1400 : 0));
  CHECK(said.icmp().identifier() == 0);
}

TEST_CASE("an error quotes as much as fits in 576 octets", "[icmp][F-6]") {
  auto s = speaker();
  CHECK(complain(s, Complaint::Prohibited, udp_from(kPhone, 527)).bytes.size() == 575);
  CHECK(complain(s, Complaint::Prohibited, udp_from(kPhone, 528)).bytes.size() == 576);
  CHECK(complain(s, Complaint::Prohibited, udp_from(kPhone, 1480)).bytes.size() == 576);
  SECTION("but not what Ethernet padded behind the packet") {
    auto padded = udp_from(kPhone, 8);
    padded.resize(46);
    CHECK(complain(s, Complaint::Prohibited, padded).bytes.size() == 20 + 8 + 28);
  }
}

TEST_CASE("there is never an error about an ICMP error", "[icmp][F-6]") {
  for (const auto type : std::initializer_list<std::uint8_t>{3, 4, 5, 11, 12})
    CHECK(verdict_on(icmp_from(kPhone, kServer, type)) == Verdict::AboutError);
  for (const auto type : std::initializer_list<std::uint8_t>{0, 8, 13})
    CHECK(verdict_on(icmp_from(kPhone, kServer, type)) == Verdict::Sent);
  SECTION("nor about ICMP that does not show its type") {
    CHECK(verdict_on(packet({.source = kPhone, .destination = kServer, .protocol = 1}, {})) ==
          Verdict::Malformed);
  }
}

TEST_CASE("there is never an error about a fragment but the first", "[icmp][F-6]") {
  CHECK(verdict_on(with_fragment_word(udp_from(kPhone), 0x2000)) == Verdict::Sent);
  CHECK(verdict_on(with_fragment_word(udp_from(kPhone), 0x2001)) == Verdict::AboutFragment);
  CHECK(verdict_on(with_fragment_word(udp_from(kPhone), 0x0001)) == Verdict::AboutFragment);
}

TEST_CASE("there is never an error about a broadcast or multicast", "[icmp][F-6]") {
  CHECK(verdict_on(udp_from(kPhone), Delivery::Group) == Verdict::AboutGroup);
  for (const auto destination : {"255.255.255.255"_ip, "224.0.0.251"_ip, "10.0.255.255"_ip,
                                 "10.0.0.0"_ip, "198.51.100.255"_ip})
    CHECK(verdict_on(udp_from(kPhone, 20, destination)) == Verdict::AboutGroup);
}

TEST_CASE("nothing is said to a source that is not a single host", "[icmp][F-6]") {
  for (const auto source : {"0.0.0.0"_ip, "0.1.2.3"_ip, "127.0.0.1"_ip, "224.0.0.1"_ip,
                            "240.0.0.1"_ip, "255.255.255.255"_ip, "10.0.255.255"_ip, kLan, kWan}) {
    CHECK(verdict_on(udp_from(source)) == Verdict::BadSource);
    CHECK(verdict_on_ping(icmp_from(source, kLan, wire::kIcmpEchoRequest)) == Verdict::BadSource);
  }
  CHECK(verdict_on(udp_from("223.255.255.1"_ip)) == Verdict::Sent);
  CHECK(verdict_on(udp_from("1.0.0.1"_ip)) == Verdict::Sent);
}

TEST_CASE("nothing is said about what is not a valid IPv4 packet", "[icmp][F-6]") {
  auto cut = udp_from(kPhone);
  cut.pop_back();
  auto bad_checksum = udp_from(kPhone);
  bad_checksum[10] ^= 1;
  CHECK(verdict_on({}) == Verdict::Malformed);
  CHECK(verdict_on(cut) == Verdict::Malformed);
  CHECK(verdict_on(bad_checksum) == Verdict::Malformed);
  CHECK(verdict_on_ping(bad_checksum) == Verdict::Malformed);
}

TEST_CASE("errors are limited a second for each interface by itself", "[icmp][F-7]") {
  auto s = speaker(10);
  for (int i = 0; i < 12; ++i) (void)complain(s, Complaint::TimeExceeded, udp_from(kPhone));
  CHECK(s.counters().time_exceeded_sent.value() == 10);
  CHECK(s.counters().rate_limited.value() == 2);
  SECTION("the other side has its own") {
    CHECK(complain(s, Complaint::TimeExceeded, udp_from(kServer), Side::Wan).outcome.verdict ==
          Verdict::Sent);
  }
  SECTION("as have echo replies") {
    const auto request = icmp_from(kPhone, kLan, wire::kIcmpEchoRequest);
    for (int i = 0; i < 12; ++i) (void)ping(s, request);
    CHECK(s.counters().echo_replies_sent.value() == 10);
    CHECK(s.counters().rate_limited.value() == 4);
  }
  SECTION("what is suppressed for another reason takes nothing from it") {
    auto fresh = speaker(1);
    (void)complain(fresh, Complaint::TimeExceeded, udp_from("127.0.0.1"_ip));
    CHECK(complain(fresh, Complaint::TimeExceeded, udp_from(kPhone)).outcome.verdict ==
          Verdict::Sent);
  }
}

TEST_CASE("an interface may be told to be silent", "[icmp][F-7][I-9]") {
  auto s = speaker(0);
  CHECK(complain(s, Complaint::TimeExceeded, udp_from(kPhone)).outcome.verdict ==
        Verdict::RateLimited);
  CHECK(ping(s, icmp_from(kPhone, kLan, wire::kIcmpEchoRequest)).outcome.verdict ==
        Verdict::RateLimited);
}

TEST_CASE("a ping to an address of ours comes back as it was", "[icmp][I-9]") {
  auto s = speaker();
  const auto address = GENERATE(kLan, kWan);  // a phone may ping the far side as well
  const auto request = packet({.source = kPhone,
                               .destination = address,
                               .protocol = wire::kProtocolIcmp,
                               .ttl = 1,
                               .tos = 0xb9,
                               .identification = 4711,
                               .dont_fragment = false},
                              icmp_message(wire::kIcmpEchoRequest));
  const auto said = ping(s, request);
  REQUIRE(said.outcome.verdict == Verdict::Sent);
  CHECK(said.bytes.size() == request.size());
  CHECK(said.ip().source() == address);
  CHECK(said.ip().destination() == kPhone);
  CHECK(said.ip().ttl() == 64);
  CHECK(said.ip().tos() == 0xb8);  // the request's DSCP without its ECN bits
  CHECK(said.ip().identification() == 4711);
  CHECK_FALSE(said.ip().dont_fragment());
  CHECK(said.icmp().type() == wire::kIcmpEchoReply);
  CHECK(wire::checksum_of(said.ip().payload()) == 0);
  CHECK(std::equal(said.bytes.begin() + 24, said.bytes.end(), request.begin() + 24));
  CHECK(s.counters().echo_replies_sent.value() == 1);
}

TEST_CASE("a ping with IP options is answered without them", "[icmp][I-9]") {
  const auto message = icmp_message(wire::kIcmpEchoRequest);
  auto request =
      packet({.source = kPhone, .destination = kLan, .protocol = wire::kProtocolIcmp}, message);
  request.insert(request.begin() + Ipv4Header::kSize, {1, 1, 1, 0});
  request[0] = 0x46;
  store_be(&request[2], static_cast<std::uint16_t>(request.size()));
  store_be<std::uint16_t>(&request[10], 0);
  store_be(&request[10], wire::checksum_of(Bytes{request}.first(24)));
  auto s = speaker();
  const auto said = ping(s, request);
  REQUIRE(said.outcome.verdict == Verdict::Sent);
  CHECK_FALSE(said.ip().has_options());
  CHECK(said.ip().payload().size() == message.size());
}

TEST_CASE("what is not an echo request for us is not answered", "[icmp][I-9]") {
  CHECK(verdict_on_ping(icmp_from(kPhone, kServer, 8)) == Verdict::NotForUs);
  CHECK(verdict_on_ping(icmp_from(kPhone, "10.0.255.255"_ip, 8)) == Verdict::AboutGroup);
  CHECK(verdict_on_ping(icmp_from(kPhone, kLan, 0)) == Verdict::NotEchoRequest);
  CHECK(verdict_on_ping(icmp_from(kPhone, kLan, 13)) == Verdict::NotEchoRequest);
  CHECK(verdict_on_ping(udp_from(kPhone, 20, kLan)) == Verdict::NotEchoRequest);
  CHECK(verdict_on_ping(packet({.source = kPhone, .destination = kLan, .protocol = 1},
                               octets(7))) == Verdict::Malformed);
}

TEST_CASE("a ping with a bad checksum is dropped and counted", "[icmp][I-9]") {
  auto request = icmp_from(kPhone, kLan, wire::kIcmpEchoRequest);
  request.back() ^= 1;
  auto s = speaker();
  CHECK(ping(s, request).outcome.verdict == Verdict::BadChecksum);
  CHECK(s.counters().bad_checksum.value() == 1);
  CHECK(s.counters().echo_replies_sent.value() == 0);
}

TEST_CASE("a ping in fragments is not put together", "[icmp][I-9]") {
  const auto request = icmp_from(kPhone, kLan, wire::kIcmpEchoRequest);
  CHECK(verdict_on_ping(with_fragment_word(request, 0x2000)) == Verdict::AboutFragment);
  CHECK(verdict_on_ping(with_fragment_word(request, 0x0010)) == Verdict::AboutFragment);
}
