// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/reassembly.hpp"

#include "tunnel/pieces.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

using namespace portico;
using tunnel::Pieces;
using tunnel::Reassembly;
using Kind = Reassembly::Outcome::Kind;

namespace {

using Octets = std::vector<std::uint8_t>;

struct Header {
  std::uint32_t source = 0xc0586309;
  std::uint16_t identification = 7;
  std::uint8_t protocol = wire::kProtocolEsp;
  std::uint8_t tos = 0;
};

/// A whole packet of `payload` octets that differ.
Octets packet_of(std::size_t payload, const Header& header = {}) {
  Octets packet(Pieces::kHeader + payload);
  std::iota(packet.begin(), packet.end(), std::uint8_t{1});
  const wire::Ipv4Header ip{.source = {header.source},
                            .destination = {0xc6336402},
                            .protocol = header.protocol,
                            .ttl = 61,
                            .tos = header.tos,
                            .identification = header.identification,
                            .dont_fragment = false};
  ip.write(packet, payload);
  return packet;
}

/// Octets [first, last) of a packet's payload.
Octets part(const Octets& packet, std::size_t first, std::size_t last, bool more) {
  Octets octets(packet.begin(), packet.begin() + Pieces::kHeader);
  octets.insert(octets.end(), packet.begin() + static_cast<long>(Pieces::kHeader + first),
                packet.begin() + static_cast<long>(Pieces::kHeader + last));
  store_be(&octets[2], static_cast<std::uint16_t>(octets.size()));
  store_be(&octets[6], static_cast<std::uint16_t>((more ? 0x2000 : 0) | first / 8));
  store_be<std::uint16_t>(&octets[10], 0);
  store_be(&octets[10], wire::checksum_of(Bytes{octets}.first(Pieces::kHeader)));
  return octets;
}

std::vector<Octets> cut(const Octets& packet, std::size_t mtu) {
  const Pieces pieces{packet.size(), mtu};
  std::vector<Octets> parts;
  for (std::size_t i = 0; i < pieces.count(); ++i) {
    const auto first = pieces.offset(i);
    parts.push_back(
        part(packet, first, first + pieces.length(i) - Pieces::kHeader, i + 1 < pieces.count()));
  }
  return parts;
}

struct Table : Reassembly {
  explicit Table(std::size_t packets = 4)
      : Reassembly({.packets = packets}, std::pmr::get_default_resource()) {}
  Outcome take(Octets fragment) {
    const auto ip = wire::Ipv4Edit::parse(fragment);
    REQUIRE(ip);
    return Reassembly::take(*ip);
  }
};

Octets octets_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("fragments in any order become the packet that was cut", "[tunnel][E-8]") {
  std::minstd_rand random{1};
  for (const std::size_t payload : {9u, 16u, 100u, 1480u, 1537u, 1791u, 1792u}) {
    auto packet = packet_of(payload);
    for (const std::size_t mtu : {28u, 60u, 576u, 1280u}) {
      if (packet.size() <= mtu) continue;
      auto parts = cut(packet, mtu);
      std::ranges::shuffle(parts, random);
      Table table;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i)
        CHECK(table.take(parts[i]).kind == Kind::Held);
      const auto whole = table.take(parts.back());
      REQUIRE(whole.kind == Kind::Whole);
      CHECK(whole.earlier == parts.size() - 1);
      CHECK(octets_of(whole.packet) == packet);
      CHECK(table.age() + table.age() == 0);  // nothing is left of it
    }
  }
}

TEST_CASE("fragments of packets that differ in source, number or protocol do not mix",
          "[tunnel][E-8]") {
  const auto packet = packet_of(100);
  Header other;
  SECTION("source") { ++other.source; }
  SECTION("identification") { ++other.identification; }
  SECTION("protocol") { other.protocol = wire::kProtocolUdp; }
  Table table;
  CHECK(table.take(part(packet, 0, 48, true)).kind == Kind::Held);
  CHECK(table.take(part(packet_of(100, other), 48, 100, false)).kind == Kind::Held);
  CHECK(table.take(part(packet, 48, 100, false)).kind == Kind::Whole);
}

TEST_CASE("fragments that do not fit together end their packet", "[tunnel][E-8]") {
  const auto packet = packet_of(1792);
  Table table;
  const auto refused = [&](std::initializer_list<Octets> parts) {
    std::size_t held = 0;
    for (const auto& one : parts) {
      const auto outcome = table.take(one);
      if (outcome.kind == Kind::Held) {
        ++held;
        continue;
      }
      CHECK(outcome.kind == Kind::Refused);
      CHECK(outcome.reason == stats::Drop::FragmentMalformed);
      CHECK(outcome.earlier == held);
      CHECK(&one == parts.end() - 1);
      CHECK(table.age() + table.age() == 0);
      return true;
    }
    return false;
  };
  const auto both = part(packet, 0, 80, true);
  CHECK(refused({both, both}));                                            // twice
  CHECK(refused({both, part(packet, 72, 160, true)}));                     // over the other's end
  CHECK(refused({part(packet, 8, 80, true), part(packet, 0, 16, true)}));  // over its beginning
  CHECK(refused({part(packet, 0, 9, true)}));                              // not a multiple of 8
  CHECK(refused({part(packet, 80, 90, false), part(packet, 88, 160, true)}));   // behind the end
  CHECK(refused({part(packet, 88, 160, true), part(packet, 0, 80, false)}));    // the end before it
  CHECK(refused({part(packet, 80, 90, false), part(packet, 96, 100, false)}));  // two ends
  auto beyond = part(packet, 0, 16, true);
  store_be(&beyond[6], static_cast<std::uint16_t>(0x2000 | (1792 - 8) / 8));
  store_be<std::uint16_t>(&beyond[10], 0);
  store_be(&beyond[10], wire::checksum_of(Bytes{beyond}.first(Pieces::kHeader)));
  CHECK(refused({beyond}));  // larger than we take
  CHECK_FALSE(refused({part(packet, 0, 80, true)}));
}

TEST_CASE("congestion that a fragment met is the packet's", "[tunnel][E-8][N-3]") {
  const auto with = [](std::uint8_t tos) { return packet_of(100, {.tos = tos}); };
  struct Row {
    std::uint8_t first, second;
    std::optional<std::uint8_t> whole;
  };
  for (const auto& [first, second, expected] :
       {Row{0xb8, 0xb8, 0xb8}, Row{0xba, 0xba, 0xba}, Row{0xba, 0xbb, 0xbb}, Row{0xbb, 0xba, 0xbb},
        Row{0xb9, 0xbb, 0xbb}, Row{0xb8, 0xbb, std::nullopt}, Row{0xbb, 0xb8, std::nullopt}}) {
    Table table;
    CHECK(table.take(part(with(first), 0, 48, true)).kind == Kind::Held);
    const auto outcome = table.take(part(with(second), 48, 100, false));
    CAPTURE(int{first}, int{second});
    REQUIRE((outcome.kind == Kind::Whole) == expected.has_value());
    if (expected) CHECK(octets_of(outcome.packet) == with(*expected));
  }
}

TEST_CASE("what does not become whole in time is given up, and counted", "[tunnel][E-8]") {
  const auto packet = packet_of(100);
  Table table;
  table.take(part(packet, 0, 8, true));
  table.take(part(packet, 8, 16, true));
  CHECK(table.age() == 0);  // it may have come this moment
  SECTION("then the rest is another packet's beginning") {
    CHECK(table.age() == 2);
    CHECK(table.take(part(packet, 16, 100, false)).kind == Kind::Held);
    CHECK(table.age() == 0);
    CHECK(table.age() == 1);
  }
  SECTION("unless the rest comes first") {
    CHECK(table.take(part(packet, 16, 100, false)).earlier == 2);
    CHECK(table.age() == 0);
  }
}

TEST_CASE("of more packets than there is room for the eldest is given up", "[tunnel][E-8]") {
  const auto beginning = [](std::uint16_t identification) {
    return part(packet_of(100, {.identification = identification}), 0, 48, true);
  };
  Table table{3};
  for (std::uint16_t i = 1; i <= 3; ++i) CHECK(table.take(beginning(i)).given_up == 0);
  CHECK(table.take(beginning(4)).given_up == 1);
  const auto end = [](std::uint16_t identification) {
    return part(packet_of(100, {.identification = identification}), 48, 100, false);
  };
  CHECK(table.take(end(2)).kind == Kind::Whole);
  CHECK(table.take(end(3)).kind == Kind::Whole);
  CHECK(table.take(end(4)).kind == Kind::Whole);
  CHECK(table.take(end(1)).kind == Kind::Held);
}

TEST_CASE("where there are no tunnels a fragment is a fragment", "[tunnel][E-8]") {
  Table table{0};
  const auto outcome = table.take(part(packet_of(100), 0, 48, true));
  CHECK(outcome.kind == Kind::Refused);
  CHECK(outcome.reason == stats::Drop::IpFragment);
  CHECK(table.age() == 0);
}
