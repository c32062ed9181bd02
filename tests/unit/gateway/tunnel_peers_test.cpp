// SPDX-License-Identifier: BSD-3-Clause
// What is believed of a tunnel's path and far end, and for how long.
#include "gateway/tunnel_peers.hpp"

#include "support/too_big.hpp"
#include "support/tunnel_bed.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using support::Octets;
using support::TunnelBed;

namespace {

/// An outer packet as far as routers quote it: of ESP, or of anything that begins with an SPI.
Octets outer_of(const tunnel::Record& record, std::uint32_t spi) {
  support::Frame f;
  f.from = record.gateway;
  f.to = record.concentrator;
  f.protocol = tunnel::protocol_of(record);
  f.from_port = f.to_port = 4500;
  f.payload.resize(1400);
  auto packet = f.ip();
  const std::size_t esp = f.protocol == wire::kProtocolUdp ? 28 : 20;
  store_be(&packet[esp], spi);
  return packet;
}

struct Peers : TunnelBed {
  explicit Peers(tunnel::Record first = TunnelBed::record("a", 1))
      : TunnelBed(tunnel::End::Gateway), record(std::move(first)) {
    take({record});
  }
  void pass(Duration time) {
    TunnelBed::pass(time);
    peers.turn(now);
    settle();
  }
  /// A router says that what this tunnel sends must have so many octets.
  void say(std::uint16_t mtu) { say(outer_of(record, record.spi_out + 1), mtu); }
  void say(const Octets& packet, std::uint16_t mtu) {
    CHECK(peers.on_icmp(support::too_big(packet, mtu).ip()));
    pass(1s);
  }
  [[nodiscard]] std::uint16_t path_mtu() const {
    return tunnels.path_mtu(*tunnels.entries().front());
  }
  /// As a worker has it.
  [[nodiscard]] std::size_t inner_mtu() const {
    return workers[1]->tunnels[tunnels.entries().front()->index].path->inner_mtu;
  }
  [[nodiscard]] std::size_t inner_mtu_of(std::uint16_t path) const {
    return tunnel::inner_mtu(record.encapsulation, record.algorithm, record.udp, path);
  }

  tunnel::Record record;
  gateway::TunnelPeers peers{tunnels};
};

tunnel::Record record_with(bool udp, tunnel::Encapsulation encapsulation,
                           std::uint32_t number = 1) {
  auto record = TunnelBed::record("a", number);
  record.udp = udp;
  record.encapsulation = encapsulation;
  if (encapsulation == tunnel::Encapsulation::Ipip) record.key.clear();
  return record;
}

}  // namespace

TEST_CASE("a path takes no more than a router on it says", "[tunnel][N-2]") {
  using tunnel::Encapsulation;
  const auto record =
      GENERATE(record_with(false, Encapsulation::Esp), record_with(true, Encapsulation::Esp),
               record_with(false, Encapsulation::Ipip));
  Peers bed{record};
  CHECK(bed.path_mtu() == 1500);
  bed.say(1300);
  CHECK(bed.path_mtu() == 1300);
  CHECK(bed.inner_mtu() == bed.inner_mtu_of(1300));
  SECTION("one that takes more is no news") {
    bed.say(1400);
    CHECK(bed.path_mtu() == 1300);
  }
  SECTION("one that takes less is") {
    bed.say(1200);
    CHECK(bed.inner_mtu() == bed.inner_mtu_of(1200));
  }
  SECTION("none makes it so small that voice would not go") {
    bed.say(68);
    CHECK(bed.path_mtu() == gateway::kLeastPathMtu);
  }
  SECTION("new keys change nothing of it") {
    bed.take({record_with(record.udp, record.encapsulation, 2)});
    CHECK(bed.inner_mtu() == bed.inner_mtu_of(1300));
  }
}

TEST_CASE("what the record says of a path holds whatever a router says", "[tunnel][N-2]") {
  auto record = TunnelBed::record("a", 1);
  record.mtu = 1280;
  Peers bed{record};
  bed.say(1400);
  CHECK(bed.path_mtu() == 1280);
  CHECK(bed.peers.counters().too_big_ignored.value() == 1);
}

TEST_CASE("a path's MTU is forgotten when no router has said it for ten minutes", "[tunnel][N-2]") {
  Peers bed;
  bed.say(1300);
  bed.pass(500s);
  SECTION("never again") { bed.pass(99s); }
  SECTION("again, meanwhile") {
    bed.say(1300);
    bed.pass(599s);
  }
  CHECK(bed.path_mtu() == 1300);
  bed.pass(2s);
  CHECK(bed.inner_mtu() == bed.inner_mtu_of(1500));
  CHECK(bed.peers.counters().path_mtu_forgotten.value() == 1);
}

TEST_CASE("what is said of a packet that is no tunnel's is not believed", "[tunnel][N-2]") {
  auto record = TunnelBed::record("a", 1);
  record.udp = GENERATE(false, true);
  Peers bed{record};
  auto packet = outer_of(record, record.spi_out);
  const std::size_t esp = record.udp ? 28 : 20;
  SECTION("an SPI that it is sent by only") { store_be(&packet[esp], record.spi_out + record.sas); }
  SECTION("an SPI that it receives by") { store_be(&packet[esp], record.spi_in); }
  SECTION("from another than us") { packet[15] ^= 1; }
  SECTION("for another than its far end") { packet[19] ^= 1; }
  SECTION("of another protocol") { packet[9] = record.udp ? 50 : 17; }
  SECTION("a later fragment") { packet[7] = 1; }
  SECTION("too short to tell") { packet.resize(esp + 3); }
  SECTION("from another port") {
    if (record.udp)
      store_be<std::uint16_t>(&packet[20], 4501);
    else
      packet[9] = 6;
  }
  bed.say(packet, 1300);
  CHECK(bed.path_mtu() == 1500);
  CHECK(bed.peers.counters().too_big_ignored.value() == 1);
}

TEST_CASE("each tunnel has a path of its own", "[tunnel][N-2]") {
  Peers bed;
  const auto other = TunnelBed::record("b", 2);
  bed.take({bed.record, other});
  bed.say(outer_of(other, other.spi_out), 1300);
  CHECK(bed.path_mtu() == 1500);
  CHECK(bed.tunnels.path_mtu(*bed.tunnels.entries()[1]) == 1300);
}

TEST_CASE("so many forged messages at once are looked at, and no more", "[tunnel]") {
  Peers bed;
  const auto forged = support::too_big(outer_of(bed.record, 7), 1300).ip();
  for (int i = 0; i < 1000; ++i) CHECK(bed.peers.on_icmp(forged));
  bed.say(1300);
  CHECK(bed.path_mtu() == 1500);
  CHECK(bed.peers.counters().too_big_ignored.value() == 1001);
  bed.say(1300);
  CHECK(bed.path_mtu() == 1300);
}

TEST_CASE("routers are not believed where the operator says so", "[tunnel][N-2]") {
  Peers bed;
  gateway::TunnelPeers deaf{bed.tunnels, false};
  CHECK(deaf.on_icmp(support::too_big(outer_of(bed.record, bed.record.spi_out + 1), 1300).ip()));
  bed.pass(1s);
  deaf.turn(bed.now);
  CHECK(bed.path_mtu() == 1500);
  CHECK(deaf.counters().too_big_ignored.value() == 1);
}

TEST_CASE("other ICMP is not a tunnel's", "[tunnel]") {
  Peers bed;
  auto unreachable = support::too_big(outer_of(bed.record, bed.record.spi_out), 1300);
  unreachable.icmp_code = 1;
  CHECK_FALSE(bed.peers.on_icmp(unreachable.ip()));
}

namespace {

constexpr wire::Endpoint kRecorded{{0xcb007101}, 4500};  // 203.0.113.1
constexpr wire::Endpoint kMapped{{0xc0000201}, 1024};    // 192.0.2.1
constexpr wire::Endpoint kMappedAnew{{0xc0000201}, 30000};

/// A concentrator, whose workers have heard what a test says.
struct Heard : TunnelBed {
  explicit Heard(const tunnel::Record& first = record_with(true, tunnel::Encapsulation::Esp),
                 tunnel::End end = tunnel::End::Concentrator)
      : TunnelBed(end) {
    take({first});
  }
  /// The newest packet of an SA.
  void hear(const wire::Endpoint& from, std::size_t sa = 0, std::size_t set = 0) {
    auto& receiver = *tunnels.entries().front()->sets[set]->receivers()[sa];
    receiver.heard_from.note(from);
    REQUIRE(receiver.seen.accept(receiver.seen.top() + 1));
  }
  /// Where the tunnel leads from now on, as a worker has it.
  [[nodiscard]] wire::Endpoint far_end() {
    now.time = now.time + 1s;
    peers.turn(now);
    settle();
    const auto& path = *workers[1]->tunnels[tunnels.entries().front()->index].path;
    return {path.peer, path.port};
  }
  gateway::TunnelPeers peers{tunnels};
};

}  // namespace

TEST_CASE("a gateway behind a NAT is where its newest packets come from", "[tunnel][E-10]") {
  Heard bed;
  CHECK(bed.far_end() == kRecorded);
  bed.hear(kMapped);
  CHECK(bed.far_end() == kMapped);
  CHECK(bed.far_end() == kMapped);
  bed.hear(kMappedAnew, 1);
  CHECK(bed.far_end() == kMappedAnew);
  CHECK(bed.peers.counters().far_end_moved.value() == 2);
  SECTION("and stays there with new keys, whose packets may show another") {
    bed.take({record_with(true, tunnel::Encapsulation::Esp, 2)});
    CHECK(bed.far_end() == kMappedAnew);
    bed.hear(kMapped, 0, 1);
    CHECK(bed.far_end() == kMapped);
  }
}

TEST_CASE("while a far end is heard where it was, it has not moved", "[tunnel][E-10]") {
  Heard bed;
  bed.hear(kMapped, 0);
  CHECK(bed.far_end() == kMapped);
  // What was on its way when the NAT forgot.
  for (const std::size_t sa : {0u, 1u}) {
    bed.hear(kMappedAnew, sa);
    bed.hear(kMapped, 1 - sa);
    CHECK(bed.far_end() == kMapped);
  }
  bed.hear(kMappedAnew, 0);
  CHECK(bed.far_end() == kMappedAnew);
}

TEST_CASE("a worker's note is found whichever half of it is read first", "[tunnel][E-10]") {
  Heard bed;
  auto& receiver = *bed.tunnels.entries().front()->sets[0]->receivers()[0];
  SECTION("its number") {
    REQUIRE(receiver.seen.accept(1));
    CHECK(bed.far_end() == kRecorded);
    receiver.heard_from.note(kMapped);
  }
  SECTION("from where it came") { receiver.heard_from.note(kMapped); }
  CHECK(bed.far_end() == kMapped);
}

TEST_CASE("a far end is never where nothing can be sent to", "[tunnel][E-10]") {
  Heard bed;
  const auto from = GENERATE(values<wire::Endpoint>({{"0.0.0.9"_ip, 4500},
                                                     {"127.0.0.1"_ip, 4500},
                                                     {"224.0.0.1"_ip, 4500},
                                                     {"255.255.255.255"_ip, 4500},
                                                     {"198.51.100.1"_ip, 4500},  // ourselves
                                                     {"192.0.2.1"_ip, 0}}));
  bed.hear(from);
  CHECK(bed.far_end() == kRecorded);
}

TEST_CASE("who does not go by UDP, or is the concentrator, does not move", "[tunnel][E-10]") {
  SECTION("ESP on IP") {
    Heard bed{record_with(false, tunnel::Encapsulation::Esp)};
    bed.hear(kMapped);
    CHECK(bed.far_end() == kRecorded);
  }
  SECTION("the concentrator") {
    Heard bed{record_with(true, tunnel::Encapsulation::Esp), tunnel::End::Gateway};
    bed.hear(kMapped);
    CHECK(bed.far_end() == wire::Endpoint{"198.51.100.1"_ip, 4500});
  }
}

TEST_CASE("what is said of a path is said of it by the port that it leads to", "[tunnel][N-2]") {
  Heard bed;
  bed.hear(kMapped);
  CHECK(bed.far_end() == kMapped);
  const auto& entry = *bed.tunnels.entries().front();
  auto packet = outer_of(entry.record, entry.record.spi_in);
  store_be(&packet[12], entry.record.concentrator.bits);
  store_be(&packet[16], kMapped.address.bits);
  SECTION("4500 is another's") {}
  SECTION("its own") { store_be(&packet[22], kMapped.port); }
  const bool is_its_own = packet[22] != 4500 >> 8;
  CHECK(bed.peers.on_icmp(support::too_big(packet, 1300).ip()));
  CHECK(bed.far_end() == kMapped);
  CHECK(bed.tunnels.path_mtu(entry) == (is_its_own ? 1300 : 1500));
}
