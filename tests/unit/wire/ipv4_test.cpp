// SPDX-License-Identifier: BSD-3-Clause
#include "wire/ipv4.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/octets.hpp"

using namespace portico;
using namespace portico::wire;

namespace {

const Ipv4Header kHeader{.source = "10.0.0.7"_ip,
                         .destination = "192.0.2.9"_ip,
                         .protocol = kProtocolTcp,
                         .ttl = 9,
                         .tos = 0xb8,
                         .identification = 0x1234,
                         .dont_fragment = false};

Octets packet(std::size_t payload, const Ipv4Header& header = kHeader) {
  Octets p(Ipv4Header::kSize + payload, 0xaa);
  header.write(p, payload);
  return p;
}

/// With the checksum made right again.
Octets repaired(Octets p) {
  const std::size_t header = (p[0] & 15u) * 4u;
  store_be<std::uint16_t>(&p[10], 0);
  store_be(&p[10], checksum_of(Bytes{p}.first(header)));
  return p;
}

Octets changed(Octets p, std::size_t at, std::uint8_t value) {
  p[at] = value;
  return repaired(std::move(p));
}

}  // namespace

TEST_CASE("an IPv4 header is read as it was written", "[wire]") {
  const auto p = packet(5);
  const auto ip = Ipv4View::parse(p);
  REQUIRE(ip);
  CHECK(ip->source() == "10.0.0.7"_ip);
  CHECK(ip->destination() == "192.0.2.9"_ip);
  CHECK(ip->protocol() == kProtocolTcp);
  CHECK(ip->ttl() == 9);
  CHECK(ip->tos() == 0xb8);
  CHECK(ip->identification() == 0x1234);
  CHECK_FALSE(ip->dont_fragment());
  CHECK_FALSE(ip->is_fragment());
  CHECK_FALSE(ip->has_options());
  CHECK(ip->total_length() == 25);
  CHECK(ip->payload().size() == 5);
}

TEST_CASE("each thing wrong with a header has its name", "[wire][F-1]") {
  const auto good = packet(8);
  CHECK(Ipv4View::fault_of(good) == Ipv4Fault::None);
  CHECK(Ipv4View::fault_of(Bytes{good}.first(19)) == Ipv4Fault::Truncated);
  CHECK(Ipv4View::fault_of(changed(good, 0, 0x65)) == Ipv4Fault::Version);
  CHECK(Ipv4View::fault_of(changed(good, 0, 0x44)) == Ipv4Fault::HeaderLength);
  CHECK(Ipv4View::fault_of(repaired(changed(good, 3, 19))) == Ipv4Fault::TotalLength);
  CHECK(Ipv4View::fault_of(repaired(changed(good, 3, 29))) == Ipv4Fault::TotalLength);
  auto flipped = good;
  flipped[15] ^= 1;
  CHECK(Ipv4View::fault_of(flipped) == Ipv4Fault::Checksum);
  SECTION("options longer than what came are a wrong header length") {
    auto options = good;
    options[0] = 0x4f;
    CHECK(Ipv4View::fault_of(options) == Ipv4Fault::HeaderLength);
  }
  SECTION("options longer than the packet are a wrong total length") {
    CHECK(Ipv4View::fault_of(changed(good, 0, 0x47)) == Ipv4Fault::None);
    auto options = good;
    options[0] = 0x47;
    options[3] = 27;
    CHECK(Ipv4View::fault_of(repaired(options)) == Ipv4Fault::TotalLength);
  }
}

TEST_CASE("a packet is as long as it says, not as its frame", "[wire][F-1]") {
  auto p = packet(8);
  CHECK(shortest_accepted<Ipv4View>(p) == 28);
  p.resize(46);
  CHECK(Ipv4View::parse(p)->bytes().size() == 28);
}

TEST_CASE("options belong to the header", "[wire]") {
  const auto p = changed(packet(8), 0, 0x46);
  const auto ip = Ipv4View::parse(p);
  REQUIRE(ip);
  CHECK(ip->has_options());
  CHECK(ip->header_size() == 24);
  CHECK(ip->payload().size() == 4);
}

TEST_CASE("fragments are told by offset or by more to come", "[wire]") {
  struct Row {
    std::uint16_t word;
    bool fragment;
    std::uint32_t offset;
  };
  const auto row = GENERATE(Row{0x0000, false, 0}, Row{0x4000, false, 0}, Row{0x8000, false, 0},
                            Row{0x2000, true, 0}, Row{0x0001, true, 8}, Row{0x3fff, true, 65528});
  auto p = packet(8);
  store_be(&p[6], row.word);
  const auto fixed = repaired(p);
  const auto ip = Ipv4View::parse(fixed);
  REQUIRE(ip);
  CHECK(ip->is_fragment() == row.fragment);
  CHECK(ip->fragment_offset() == row.offset);
  CHECK(ip->dont_fragment() == (row.word == 0x4000));
  CHECK(ip->more_fragments() == ((row.word & 0x2000) != 0));
}

TEST_CASE("a quoted header may have lost its packet's end, and its checksum its truth", "[wire]") {
  auto p = packet(100);
  p[10] ^= 1;
  const Octets quote(p.begin(), p.begin() + 28);
  CHECK_FALSE(Ipv4View::parse(Bytes{quote}));
  const auto ip = Ipv4View::parse_quoted(Bytes{quote});
  REQUIRE(ip);
  CHECK(ip->payload().size() == 8);
  for (std::size_t n = 0; n < 20; ++n) {
    const Octets cut(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(n));
    CHECK_FALSE(Ipv4View::parse_quoted(Bytes{cut}));
  }
}

TEST_CASE("editing an address and its delta leaves a valid header", "[wire][F-3]") {
  auto p = packet(8);
  const auto ip = Ipv4Edit::parse(MutableBytes{p});
  REQUIRE(ip);
  const auto delta = ChecksumDelta{}.replace(ip->source(), "203.0.113.1"_ip);
  ip->set_source("203.0.113.1"_ip);
  ip->set_checksum(delta.apply(ip->checksum()));
  REQUIRE(Ipv4View::fault_of(p) == Ipv4Fault::None);
  CHECK(Ipv4View::parse(p)->source() == "203.0.113.1"_ip);
}
