// SPDX-License-Identifier: BSD-3-Clause
// How SAs end, over restarts, and what follows them.
#include "support/tunnel_bed.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using support::TunnelBed;
using tunnel::Limit;
using tunnel::Way;

namespace {

constexpr tunnel::Allowance kHundredSeconds{.time = 100s};

struct Bed : TunnelBed {
  explicit Bed(tunnel::Allowance hard, tunnel::Allowance soft = {},
               tunnel::End end = tunnel::End::Gateway)
      : TunnelBed(end, hard, soft) {}

  void take_keys(std::uint32_t number) { take({record("a", number)}); }
  [[nodiscard]] const gateway::Tunnels::Entry& entry() const { return *tunnels.entries().front(); }
  [[nodiscard]] tunnel::OutboundSa& sender() { return entry().sending->senders()[0]; }
  /// What the workers send by; 0: nothing.
  [[nodiscard]] std::uint32_t sends_by() const {
    const auto* sa = workers[0]->tunnels[entry().index].sa;
    return sa == nullptr ? 0 : sa->spi;
  }
  [[nodiscard]] bool takes(std::uint32_t spi) const {
    return workers[0]->tunnels.receiver_of(spi) != nullptr &&
           workers[1]->tunnels.receiver_of(spi) != nullptr;
  }
  void look(int times = 1) {
    for (int i = 0; i < times; ++i) pass(100ms);
  }
};

}  // namespace

TEST_CASE("an SA whose time is over neither sends nor receives", "[tunnel][E-9]") {
  Bed bed{kHundredSeconds, {}, GENERATE(tunnel::End::Gateway, tunnel::End::Concentrator)};
  const bool is_gateway = bed.tunnels.settings().end == tunnel::End::Gateway;
  const std::uint32_t out = is_gateway ? 0x1010 : 0x2010;
  const std::uint32_t in = is_gateway ? 0x2010 : 0x1010;
  bed.take_keys(1);
  bed.pass(99s);
  CHECK(bed.sends_by() == out);
  CHECK((bed.takes(in) && bed.takes(in + 1)));
  bed.pass(1s);
  CHECK(bed.sends_by() == 0);
  CHECK_FALSE((bed.takes(in) || bed.takes(in + 1)));
  CHECK(bed.entry().sets.empty());
  CHECK(bed.entry().wear.hard == Limit::Time);
  SECTION("until there are new keys, which are sent by at once") {
    bed.take_keys(2);
    CHECK(bed.sends_by() == out + 0x10);
    CHECK(bed.takes(in + 0x10));
    CHECK_FALSE(bed.entry().wear.hard);
  }
  SECTION("and its keys do not come back by a reload") {
    bed.take_keys(1);
    bed.pass(1s);
    CHECK(bed.sends_by() == 0);
  }
}

TEST_CASE("the time of an SA counts over restarts from its first use, whichever way that was",
          "[tunnel][E-9]") {
  Bed before{kHundredSeconds};
  before.take_keys(1);
  before.pass(40s);
  REQUIRE(before.entry().sets.front()->receivers()[0]->seen.accept(9));
  before.look(10);
  auto found = before.on_disk();
  CHECK(found.states.size() == 3);
  const auto lost = GENERATE(Way::Sending, Way::Receiving);
  std::erase_if(found.states, [&](const auto& state) { return state.name.way == lost; });
  Bed bed{kHundredSeconds};
  bed.tunnels.restore(found);
  SECTION("what is left of it is counted down") {
    bed.now.wall.s += 70;
    bed.take_keys(1);
    CHECK(bed.entry().sending->standing_of(0).since == WallTime{1'700'000'000});
    bed.pass(29s);
    CHECK(bed.sends_by() == 0x1010);
    bed.pass(1s);
    CHECK(bed.sends_by() == 0);
  }
  SECTION("nothing is left of it") {
    bed.now.wall.s += 100;
    bed.take_keys(1);
    CHECK(bed.sends_by() == 0);
    CHECK_FALSE(bed.takes(0x2010));
    CHECK(bed.entry().wear.hard == Limit::Time);
  }
  SECTION("a calendar set back, or behind at the start, makes it no younger than it is") {
    bed.now.wall.s -= 1'000'000;
    bed.take_keys(1);
    bed.pass(99s);
    CHECK(bed.sends_by() == 0x1010);
    bed.pass(1s);
    CHECK(bed.sends_by() == 0);
  }
  SECTION("a calendar put right is believed") {
    bed.now.wall.s -= 1'000'000;
    bed.take_keys(1);
    bed.now.wall.s = 1'700'000'100;
    bed.look();
    CHECK(bed.sends_by() == 0);
  }
}

TEST_CASE("where there are newer keys they are sent by before the old ones end", "[tunnel][E-9]") {
  Bed bed{kHundredSeconds};
  bed.take_keys(1);
  bed.pass(95s);
  SECTION("that may be sent by") {
    bed.take_keys(2);
    bed.pass(4s);
    CHECK(bed.sends_by() == 0x1010);
    bed.pass(1s);
    CHECK(bed.sends_by() == 0x1020);
    CHECK_FALSE(bed.takes(0x2010));
    CHECK(bed.takes(0x2020));
  }
  SECTION("or else as soon as they may") {
    const std::vector next{TunnelBed::record("a", 2)};
    bed.tunnels.take(support::files_of(next), bed.now);
    bed.now.time = bed.now.time + 5s;
    bed.tunnels.turn(bed.now);
    bed.serve();
    CHECK(bed.sends_by() == 0);
    CHECK(bed.takes(0x2020));
    bed.settle();
    bed.look();
    CHECK(bed.sends_by() == 0x1020);
  }
}

TEST_CASE("newer keys do not wait for their time when the old ones are used up", "[tunnel][E-9]") {
  Bed bed{{.packets = 10}};
  bed.take_keys(1);
  bed.sender().next += 9;
  bed.take_keys(2);
  bed.look();
  CHECK(bed.sends_by() == 0x1010);
  bed.sender().next += 1;
  bed.look();
  CHECK(bed.sends_by() == 0x1020);
  CHECK(bed.takes(0x2010));
}

TEST_CASE("how worn an SA is counts by whatever is used up first", "[tunnel][E-9]") {
  Bed bed{{.packets = 1000, .octets = 100'000, .time = 100s},
          {.packets = 900, .octets = 90'000, .time = 90s}};
  bed.take_keys(1);
  const auto wear = [&bed] {
    bed.look();
    return bed.entry().wear;
  };
  const std::uint64_t full = bed.entry().path->path.inner_mtu;
  CHECK(wear() == tunnel::Wear{});
  SECTION("packets") {
    bed.sender().next += 899;
    CHECK(wear() == tunnel::Wear{});
    bed.sender().next += 1;
    CHECK(wear() == tunnel::Wear{Limit::Packets, {}});
    bed.sender().next += 100;
    CHECK(wear() == tunnel::Wear{Limit::Packets, Limit::Packets});
  }
  SECTION("octets, to the last packet of full size") {
    bed.sender().octets += 89'999;
    CHECK(wear() == tunnel::Wear{});
    bed.sender().octets += 1;
    CHECK(wear() == tunnel::Wear{Limit::Octets, {}});
    bed.sender().octets += 10'000 - full;
    CHECK(wear() == tunnel::Wear{Limit::Octets, {}});
    bed.sender().octets += 1;
    CHECK(wear() == tunnel::Wear{Limit::Octets, Limit::Octets});
  }
  SECTION("time") {
    bed.pass(89s);
    CHECK(wear() == tunnel::Wear{});
    bed.pass(1s);
    CHECK(wear() == tunnel::Wear{Limit::Time, {}});
  }
  SECTION("of any of its SAs") {
    bed.entry().sending->senders()[1].next += 1000;
    CHECK(wear() == tunnel::Wear{Limit::Packets, Limit::Packets});
  }
}

TEST_CASE("what was taken by an SA wears it as well, and ends it both ways", "[tunnel][E-9]") {
  Bed bed{{.packets = 1000, .octets = 100'000}, {.packets = 900, .octets = 90'000}};
  bed.take_keys(1);
  const auto place = GENERATE(0u, 1u);
  auto& sa = *bed.entry().sets.front()->receivers()[place];
  const auto wear = [&bed] {
    bed.look();
    return bed.entry().wear;
  };
  CHECK(wear() == tunnel::Wear{});
  auto limit = Limit::Octets;
  SECTION("octets") {
    sa.octets += 89'999;
    CHECK(wear() == tunnel::Wear{});
    sa.octets += 1;
    CHECK(wear() == tunnel::Wear{Limit::Octets, {}});
    sa.octets += 9'999;
    CHECK(wear() == tunnel::Wear{Limit::Octets, {}});
    CHECK((bed.sends_by() == 0x1010 && bed.takes(0x2010) && bed.takes(0x2011)));
    SECTION("unless newer keys are there, which are sent by from then on") {
      bed.take_keys(2);
      sa.octets += 1;
      bed.look();
      CHECK(bed.sends_by() == 0x1020);
      CHECK_FALSE((bed.takes(0x2010) || bed.takes(0x2011)));
      CHECK(bed.takes(0x2020));
      return;
    }
    sa.octets += 1;
  }
  SECTION("packets, which are numbers") {
    limit = Limit::Packets;
    REQUIRE(sa.seen.accept(899));
    CHECK(wear() == tunnel::Wear{});
    REQUIRE(sa.seen.accept(999));
    CHECK(wear() == tunnel::Wear{Limit::Packets, {}});
    REQUIRE(sa.seen.accept(1000));
  }
  CHECK(wear() == tunnel::Wear{limit, limit});
  CHECK(bed.sends_by() == 0);
  CHECK_FALSE((bed.takes(0x2010) || bed.takes(0x2011)));
  CHECK(bed.entry().sets.empty());
}

TEST_CASE("what an SA took a second ago is on the disk, however the process ends",
          "[tunnel][E-9]") {
  constexpr tunnel::Allowance kHard{.octets = 9000};
  Bed before{kHard};
  before.take_keys(1);
  auto& taken = *before.entry().sets.front()->receivers()[0];
  REQUIRE(taken.seen.accept(7));
  taken.octets += 5000;
  before.look(10);
  CHECK(before.disk.at({"key-1", Way::Receiving, 0}).octets == 5000);
  taken.octets += 1000;  // of a packet that came late and moves no window
  before.look(10);
  CHECK(before.disk.at({"key-1", Way::Receiving, 0}).octets == 6000);

  Bed bed{kHard};
  bed.tunnels.restore(before.on_disk());
  bed.take_keys(1);
  CHECK(bed.entry().sending->octets_taken(0) == 6000);
  bed.entry().sending->receivers()[0]->octets += 3000;
  bed.look(2);
  CHECK_FALSE(bed.takes(0x2010));

  Bed after{kHard};
  after.tunnels.restore(bed.on_disk());
  after.take_keys(1);
  CHECK(after.sends_by() == 0);
  CHECK_FALSE(after.takes(0x2010));
  CHECK(after.entry().wear.hard == Limit::Octets);
}

TEST_CASE("an SA of 32 bits is worn when its last numbers are reserved", "[tunnel][E-9]") {
  Bed bed{{}};
  auto record = TunnelBed::record("a", 1);
  record.esn = false;
  constexpr auto kLast = tunnel::last_number(false);
  bed.tunnels.restore(
      {.states =
           {{{"key-1", Way::Sending, 0}, kLast - tunnel::kNumbersReserved, 0, {1'700'000'000}}},
       .retired_keys = {},
       .distrust = {},
       .notice = {}});
  bed.take({record});
  bed.look();
  CHECK(bed.entry().wear == tunnel::Wear{});
  bed.sender().next += tunnel::kNumbersReserved / 2 + 1;
  bed.look(2);
  CHECK(bed.entry().wear == tunnel::Wear{Limit::Numbers, {}});
  bed.sender().next += kLast - bed.sender().next.value() + 1;
  bed.look();
  CHECK(bed.entry().wear == tunnel::Wear{Limit::Numbers, Limit::Numbers});
}

TEST_CASE("what an SA sent a second ago is on the disk, however the process ends",
          "[tunnel][E-9]") {
  Bed before{{.octets = 9000}};
  before.take_keys(1);
  const auto reserved = before.entry().sending->standing_of(0).reserved;
  before.sender().octets += 5000;
  SECTION("while it is sent by") { before.look(10); }
  SECTION("when it is let go") {
    before.take_keys(2);
    CHECK(before.tunnels.switch_now("a", before.now));
    before.pass(before.tunnels.settings().linger);
    before.look();
    REQUIRE(before.entry().sets.size() == 1);
  }
  const auto found = before.on_disk();
  const auto& state = before.disk.at({"key-1", Way::Sending, 0});
  CHECK(state.octets == 5000);
  CHECK(state.number == reserved);
  Bed bed{{.octets = 9000}};
  bed.tunnels.restore(found);
  bed.take_keys(1);
  CHECK(bed.entry().sending->standing_of(0).octets == 5000);
  CHECK(bed.sender().octets_left == 4000);
  CHECK(bed.sender().next.value() == reserved);
}

TEST_CASE("an SA that sends nothing writes nothing", "[tunnel]") {
  Bed bed{{}};
  bed.take_keys(1);
  bed.sender().octets += 100;
  bed.look(10);
  bed.disk.clear();
  bed.look(20);
  CHECK(bed.disk.empty());
}
