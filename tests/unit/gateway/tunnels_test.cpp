// SPDX-License-Identifier: BSD-3-Clause
// How a reload of the tunnels' files reaches the workers.
#include "support/tunnel_bed.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using support::TunnelBed;

namespace {

TunnelIndex tunnel_at(const TunnelBed& bed, Ipv4 address, std::uint16_t port) {
  const auto& blocks = bed.workers[0]->blocks;
  return blocks.tunnel_at(blocks.place_of(address, port));
}

const tunnel::OutboundSa* sender(const TunnelBed& bed) {
  return bed.workers[0]->tunnels[bed.tunnels.entries().front()->index].sa;
}

}  // namespace

TEST_CASE("new keys are taken at once and sent by after a while, old ones are let go after another",
          "[tunnel]") {
  TunnelBed bed{tunnel::End::Gateway};
  bed.take({TunnelBed::record("a", 1)});
  bed.take({TunnelBed::record("a", 2)});
  const auto& table = bed.workers[0]->tunnels;
  CHECK(sender(bed)->spi == 0x1010);
  CHECK(table.receiver_of(0x2010) != nullptr);
  CHECK(table.receiver_of(0x2020) != nullptr);
  bed.pass(bed.tunnels.settings().switch_after);
  CHECK(sender(bed)->spi == 0x1020);
  CHECK(table.receiver_of(0x2010) != nullptr);
  bed.pass(bed.tunnels.settings().linger);
  CHECK(table.receiver_of(0x2010) == nullptr);
  CHECK(table.receiver_of(0x2020) != nullptr);
}

TEST_CASE("the concentrator sends by new keys when it hears them", "[tunnel]") {
  TunnelBed bed{tunnel::End::Concentrator};
  bed.take({TunnelBed::record("a", 1)});
  bed.take({TunnelBed::record("a", 2)});
  bed.pass(bed.tunnels.settings().switch_after + 1s);
  CHECK(sender(bed)->spi == 0x2010);
  REQUIRE(bed.tunnels.entries().front()->sets.back()->receivers()[0]->seen.accept(1));
  bed.pass(1s);
  CHECK(sender(bed)->spi == 0x2020);
}

TEST_CASE("new keys may be sent by at once, but not before their numbers are reserved",
          "[tunnel]") {
  TunnelBed bed{tunnel::End::Gateway};
  bed.take({TunnelBed::record("a", 1)});
  CHECK_FALSE(bed.tunnels.switch_now("a", bed.now));
  const std::vector next{TunnelBed::record("a", 2)};
  bed.tunnels.take(support::files_of(next), bed.now);
  CHECK_FALSE(bed.tunnels.switch_now("a", bed.now));
  bed.settle();
  CHECK_FALSE(bed.tunnels.switch_now("b", bed.now));
  CHECK(bed.tunnels.switch_now("a", bed.now));
  bed.settle();
  CHECK(sender(bed)->spi == 0x1020);
}

TEST_CASE("blocks go from one tunnel to another in one reload", "[tunnel][T8]") {
  TunnelBed bed{tunnel::End::Concentrator};
  auto a = TunnelBed::record("a", 1);
  auto b = TunnelBed::record("b", 2);
  bed.take({a, b});
  const auto index_a = bed.tunnels.entries()[0]->index;
  const auto index_b = bed.tunnels.entries()[1]->index;
  CHECK(tunnel_at(bed, "192.0.2.1"_ip, 1024) == index_a);
  SECTION("between two that stay") {
    std::swap(a.blocks, b.blocks);
    bed.take({a, b});
    CHECK(tunnel_at(bed, "192.0.2.1"_ip, 1024) == index_b);
    CHECK(tunnel_at(bed, "192.0.2.1"_ip, 2048) == index_a);
  }
  SECTION("from one that goes") {
    a.blocks.push_back(b.blocks.front());
    bed.take({a});
    CHECK(tunnel_at(bed, "192.0.2.1"_ip, 2048) == index_a);
  }
  SECTION("what a tunnel keeps is not touched") {
    const auto before = bed.workers[0]->mailbox.posted();
    a.blocks.push_back({"192.0.2.2"_ip, 0, 1023});
    bed.take({a, b});
    CHECK(tunnel_at(bed, "192.0.2.2"_ip, 0) == index_a);
    CHECK(bed.workers[0]->mailbox.posted() == before + 2);  // the block and the path
  }
}

TEST_CASE("an index is another tunnel's as late as can be", "[tunnel][E-4]") {
  TunnelBed bed{tunnel::End::Concentrator};
  std::vector<tunnel::Record> records;
  const auto add = [&](std::uint32_t number) {
    auto record = TunnelBed::record("tunnel-" + std::to_string(number), number);
    record.blocks.front() = {{0xc0000200 + number / 64},
                             static_cast<std::uint16_t>(number % 64 * 1024),
                             static_cast<std::uint16_t>(number % 64 * 1024 + 1023)};
    records.push_back(std::move(record));
    bed.take(records);
    return bed.tunnels.find(records.back().name)->index;
  };
  const auto drop = [&](std::size_t place) {
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(place));
    bed.take(records);
  };
  const auto capacity = bed.tunnels.settings().capacity;
  std::uint32_t number = 1;
  CHECK(add(number++) == 1);
  CHECK(add(number++) == 2);
  drop(0);
  SECTION("after all that were nobody's yet") {
    for (TunnelIndex index = 3; index <= capacity; ++index) CHECK(add(number++) == index);
    CHECK(add(number++) == 1);
  }
  SECTION("and in the order in which they became free") {
    drop(0);
    for (TunnelIndex index = 3; index <= capacity; ++index) CHECK(add(number++) == index);
    CHECK(add(number++) == 1);
    CHECK(add(number++) == 2);
  }
}
