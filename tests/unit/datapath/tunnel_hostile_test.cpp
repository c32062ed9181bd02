// SPDX-License-Identifier: BSD-3-Clause
// What anybody on the Internet can send to an end of a tunnel, and what a far end that has lost its
// mind can: each is a counted drop by its reason, and no answer.
#include <catch2/catch.hpp>

#include "refusals.hpp"

using namespace portico;
using namespace portico::site;
using stats::Drop;
using support::Octets;
using tunnel::Counters;

namespace {

const Octets kIkeMarker(4);

Octets changed(Octets octets, std::size_t at, std::uint8_t by = 0xff) {
  octets[at] = static_cast<std::uint8_t>(octets[at] ^ by);
  return octets;
}
Octets with_spi(std::uint32_t spi) {
  auto frame = EspPacket{}.frame();
  store_be(&frame[kOuterPayload], spi);
  return frame;
}
Octets first(const Octets& octets, std::size_t n) {
  return {octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n)};
}
Octets esp_in_udp(const Octets& udp) { return outer(kToGateway, wire::kProtocolUdp, udp); }

}  // namespace

TEST_CASE("ESP that is not the far end's is dropped by its reason", "[datapath][E-1][E-7][E-11]") {
  const auto wrong = GENERATE(
      Refused{"an SPI that nobody has", with_spi(8193), Drop::TunnelUnknown},
      Refused{"an SPI of the other direction", with_spi(4096), Drop::TunnelUnknown},
      Refused{"SPI 0", with_spi(0), Drop::TunnelUnknown},
      Refused{"a reserved SPI", with_spi(255), Drop::TunnelUnknown},
      Refused{"an ICV only", outer(kToGateway, wire::kProtocolEsp, first(EspPacket{}.esp(), 32)),
              Drop::TunnelMalformed, &Counters::malformed},
      Refused{"all octets but the header are 0",
              outer(kToGateway, wire::kProtocolEsp,
                    [] {
                      auto esp = EspPacket{}.esp();
                      std::fill(esp.begin() + 8, esp.end(), std::uint8_t{0});
                      return esp;
                    }()),
              Drop::TunnelIntegrity, &Counters::integrity_failures},
      Refused{"another key",
              [] {
                EspPacket p;
                p.record.key = "another";
                return p.frame();
              }(),
              Drop::TunnelIntegrity, &Counters::integrity_failures},
      Refused{"without the upper half of the number",
              [] {
                EspPacket p;
                p.record.esn = false;
                return p.frame();
              }(),
              Drop::TunnelIntegrity, &Counters::integrity_failures},
      Refused{"number 0", EspPacket{.number = 0}.frame(), Drop::TunnelReplayed,
              &Counters::replayed});
  TunnelEnds ends;
  check_refused_at_gateway(ends, wrong);
  CHECK(ends.to_gateway(EspPacket{}.frame()) == fake::Frames{to_phone_arrived().build()});
}

TEST_CASE("ESP cut short anywhere is dropped, and never read beyond its end",
          "[datapath][E-1][E-11]") {
  const auto udp = GENERATE(false, true);
  const auto esp = EspPacket{}.esp();
  TunnelEnds ends;
  for (std::size_t n = 0; n < esp.size(); ++n) {
    auto payload = first(esp, n);
    if (udp) payload = in_udp(payload);
    const auto frame = outer(kToGateway, udp ? wire::kProtocolUdp : wire::kProtocolEsp, payload);
    const bool has_header = n >= tunnel::kEspHeaderSize;
    const bool has_size = n >= 8 + 8 + 4 + 16 && n % 4 == 0;
    check_refused_at_gateway(ends, {"cut to " + std::to_string(n), frame,
                                    has_size ? Drop::TunnelIntegrity : Drop::TunnelMalformed,
                                    has_size     ? &Counters::integrity_failures
                                    : has_header ? &Counters::malformed
                                                 : kUncounted});
  }
  CHECK(ends.to_gateway(EspPacket{}.frame()).size() == 1);  // none of them moved the window
}

TEST_CASE("ESP of which one octet changed is dropped, and its number may still come",
          "[datapath][E-5][E-11]") {
  const auto frame = EspPacket{.number = 5000}.frame();
  TunnelEnds ends;
  for (auto at = kOuterPayload; at < frame.size(); ++at) {
    const bool in_spi = at < kOuterPayload + 4;
    check_refused_at_gateway(
        ends, {"octet " + std::to_string(at - kOuterPayload), changed(frame, at, 0x40),
               in_spi ? Drop::TunnelUnknown : Drop::TunnelIntegrity,
               in_spi ? kUncounted : &Counters::integrity_failures});
  }
  CHECK(ends.to_gateway(EspPacket{.number = 1}.frame()).size() == 1);
  CHECK(ends.to_gateway(frame).size() == 1);
}

TEST_CASE("a packet is taken once: in a burst, later, and never when it is too old",
          "[datapath][E-5][E-6][E-11]") {
  EspPacket packet;
  packet.record.esn = GENERATE(false, true);
  packet.number = 2000;
  TunnelEnds ends{{.records = {packet.record}}};
  const auto frame = packet.frame();
  for (int i = 0; i < 4; ++i) Hardware::get().wan.receive(frame);
  CHECK(ends.to_gateway(frame).size() == 1);
  CHECK(ends.gateway.dropped(Drop::TunnelReplayed) == 4);
  CHECK(ends.gateway.counters().replayed.value() == 4);
  CHECK(ends.gateway.counters().packets_in.value() == 1);
  check_refused_at_gateway(ends, {"later", frame, Drop::TunnelReplayed, &Counters::replayed});
  for (const std::uint64_t old : {1, 2000 - 1024}) {
    packet.number = old;
    // With ESN its lower half is that of a number to come, for which its ICV is wrong.
    const auto why = packet.record.esn ? Drop::TunnelIntegrity : Drop::TunnelReplayed;
    const auto counter = packet.record.esn ? &Counters::integrity_failures : &Counters::replayed;
    check_refused_at_gateway(ends, {std::to_string(old), packet.frame(), why, counter});
  }
  packet.number = 2000 - 1023;
  CHECK(ends.to_gateway(packet.frame()).size() == 1);
}

TEST_CASE("what was sealed right and makes no sense is dropped, and its number is used",
          "[datapath][E-1][E-11]") {
  const auto wrong = GENERATE(
      Refused{"a dummy", EspPacket{.next_header = tunnel::kNextDummy}.frame(), Drop::TunnelDummy},
      Refused{"IPv6 inside", EspPacket{.next_header = 41}.frame(), Drop::TunnelMalformed,
              &Counters::malformed},
      Refused{"transport mode", EspPacket{.next_header = wire::kProtocolUdp}.frame(),
              Drop::TunnelMalformed, &Counters::malformed},
      Refused{"padding that is all of the text", EspPacket{.pad_length = 200}.frame(),
              Drop::TunnelMalformed, &Counters::malformed},
      Refused{"padding of zeros", EspPacket{.inner = Octets(33), .pad_octet = 0}.frame(),
              Drop::TunnelMalformed, &Counters::malformed},
      Refused{"nothing inside", EspPacket{.inner = {}}.frame(), Drop::TunnelMalformed,
              &Counters::malformed});
  TunnelEnds ends;
  check_refused_at_gateway(ends, wrong);
  check_refused_at_gateway(
      ends, {"its number again", wrong.frame, Drop::TunnelReplayed, &Counters::replayed});
}

TEST_CASE("what comes to UDP port 4500 is ESP, or dropped by its reason", "[datapath][E-10]") {
  const auto esp = EspPacket{}.esp();
  const auto size = static_cast<std::uint16_t>(8 + esp.size());
  const auto wrong = GENERATE_COPY(
      Refused{"a keepalive", esp_in_udp(in_udp({0xff})), Drop::TunnelKeepalive},
      Refused{"one octet that is none", esp_in_udp(in_udp({0xfe})), Drop::TunnelMalformed},
      Refused{"two octets of keepalive", esp_in_udp(in_udp({0xff, 0xff})), Drop::TunnelMalformed},
      Refused{"nothing", esp_in_udp(in_udp({})), Drop::TunnelMalformed},
      Refused{"seven octets", esp_in_udp(in_udp(first(esp, 7))), Drop::TunnelMalformed},
      Refused{"IKE", esp_in_udp(in_udp([&] {
                auto ike = kIkeMarker;
                ike.insert(ike.end(), esp.begin(), esp.end());
                return ike;
              }())),
              Drop::TunnelNotEsp},
      Refused{"UDP that ends before its packet does", esp_in_udp(in_udp(esp, size - 4)),
              Drop::TunnelIntegrity, &Counters::integrity_failures},
      Refused{"UDP that ends before ESP's ICV", esp_in_udp(in_udp(esp, 8 + 20)),
              Drop::TunnelMalformed, &Counters::malformed},
      Refused{"UDP longer than its packet", esp_in_udp(in_udp(esp, size + 1)), Drop::L4Truncated},
      Refused{"UDP shorter than its header", esp_in_udp(in_udp(esp, 7)), Drop::L4Truncated},
      Refused{"half a UDP header", esp_in_udp(first(in_udp(esp), 4)), Drop::L4Truncated});
  TunnelEnds ends;
  check_refused_at_gateway(ends, wrong);
  CHECK(ends.to_gateway(esp_in_udp(in_udp(esp, size, 0x1234))) ==  // its checksum is not looked at
        fake::Frames{to_phone_arrived().build()});
}

TEST_CASE("IP in IP is taken from a far end that has it so, and from nobody else",
          "[datapath][N-1][E-7]") {
  const auto inner = inner_to_phone().ip();
  const Way from_stranger{"192.88.99.10"_ip, kWan};
  SECTION("a far end") {
    TunnelEnds ends{{.records = {ipip_record()}}};
    const auto wrong = GENERATE_COPY(
        Refused{"from a stranger", outer(from_stranger, wire::kProtocolIpip, inner),
                Drop::TunnelUnknown},
        Refused{"ESP from it", EspPacket{}.frame(), Drop::TunnelUnknown},
        Refused{"empty", outer(kToGateway, wire::kProtocolIpip, {}), Drop::TunnelMalformed,
                &Counters::malformed},
        Refused{"half a header", outer(kToGateway, wire::kProtocolIpip, first(inner, 10)),
                Drop::TunnelMalformed, &Counters::malformed},
        Refused{"cut short", outer(kToGateway, wire::kProtocolIpip, first(inner, 30)),
                Drop::TunnelMalformed, &Counters::malformed});
    check_refused_at_gateway(ends, wrong);
    CHECK(ends.to_gateway(outer(kToGateway, wire::kProtocolIpip, inner)) ==
          fake::Frames{to_phone_arrived().build()});
  }
  SECTION("a far end that has keys is not believed without them") {
    TunnelEnds ends;
    check_refused_at_gateway(
        ends, {"in the plain", outer(kToGateway, wire::kProtocolIpip, inner), Drop::TunnelUnknown});
  }
}
