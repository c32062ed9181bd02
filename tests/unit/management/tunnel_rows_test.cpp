// SPDX-License-Identifier: BSD-3-Clause
#include "management/tunnel_rows.hpp"

#include "base/hex.hpp"
#include "management/json.hpp"
#include "support/tunnel_bed.hpp"

#include <catch2/catch.hpp>

namespace portico::management {
namespace {

using support::TunnelBed;

struct Running : TunnelBed {
  explicit Running(tunnel::Allowance hard = {}, tunnel::Allowance soft = {})
      : TunnelBed(tunnel::End::Gateway, hard, soft) {}
  [[nodiscard]] TunnelSight sight() { return {tunnels, all = tables(), watch}; }
  [[nodiscard]] TunnelRow row(std::size_t i = 0) {
    return row_of(*tunnels.entries()[i], sight(), now.time);
  }
  [[nodiscard]] Health health(const std::optional<Error>& trouble = {}) {
    Health health;
    add_tunnel_health(sight(), trouble, now.time, health);
    return health;
  }
  void look_after(Duration time) {
    now.time = now.time + time;
    watch.look(tunnels, all = tables(), now.time);
  }
  [[nodiscard]] tunnel::Counters& counters(std::size_t worker) {
    return workers[worker]->tunnels[tunnels.entries().front()->index].counters;
  }
  TunnelWatch watch;
  std::vector<TunnelTables> all;
};

TEST_CASE("a tunnel's row holds its record, its SAs and what all workers counted", "[management]") {
  Running run;
  run.take({TunnelBed::record("a", 1)});
  run.counters(0).packets_out += 2;
  run.counters(1).packets_out += 3;
  run.tunnels.entries().front()->sending->senders()[0].next += 7;
  run.tunnels.entries().front()->sending->receivers()[1]->octets += 300;
  const auto row = run.row();
  CHECK(row.state == TunnelState::Up);
  CHECK(row.sends_by == "key-1");
  CHECK(row.takes == std::vector<std::string>{"key-1"});
  REQUIRE(row.sending.size() == 2);
  CHECK(row.sending[0].spi == 0x1010);
  CHECK(row.sending[0].next == 8);
  CHECK(row.sending[0].reserved == 1 + tunnel::kNumbersReserved);
  CHECK(row.sending[0].since == run.now.wall);
  REQUIRE(row.receiving.size() == 2);
  CHECK(row.receiving[1].spi == 0x2011);
  CHECK(row.receiving[1].worker == 1);
  CHECK(row.receiving[1].octets == 300);
  const auto json = to_json(row);
  CHECK(json["receiving"][1]["octets"] == 300);
  CHECK(json["receiving"][1]["most_octets"] == nullptr);
  CHECK(json["counters"]["packets_out"] == 5);
  CHECK(json["algorithm"] == "aes-gcm-128");
  CHECK(json["heard_s"] == nullptr);
  CHECK(json["peer"] == "198.51.100.1");
  CHECK(json["peer_port"] == nullptr);
  CHECK(json["path_mtu"] == 1500);
  CHECK(json["blocks"][0]["first"] == 1024);
}

TEST_CASE("no key is in the JSON of a tunnel", "[management]") {
  Running run;
  const auto record = TunnelBed::record("a", 1);
  run.take({record});
  const auto text = to_text(to_json(run.row()));
  const auto set = support::key_set(record);
  for (const auto* keys : {&set.out, &set.in})
    for (const auto& key : *keys) {
      CHECK(text.find(to_hex(key.octets().first(8))) == std::string::npos);
      CHECK(text.find(to_hex(key.octets().last(8))) == std::string::npos);
    }
  CHECK(text.find("key-1") != std::string::npos);
}

TEST_CASE("what stops a tunnel's traffic is a reason in its health", "[management]") {
  Running run;
  const auto record = TunnelBed::record("a", 1);
  SECTION("numbers that are not reserved on the disk yet") {
    run.tunnels.take(support::files_of({record}), run.now);
    run.serve();
    CHECK(run.row().state == TunnelState::Waits);
    REQUIRE(run.health().reasons.size() == 1);
    CHECK(run.health().reasons[0].find("nothing is sent") != std::string::npos);
    run.settle();
    CHECK(run.health().ok());
  }
  SECTION("keys that are retired") {
    run.tunnels.restore({.states = {},
                         .retired_keys = {"key-1"},
                         .distrust = "the store is old",
                         .notice = "it was copied"});
    run.take({record});
    CHECK(run.row().state == TunnelState::Down);
    CHECK(run.row().problem);
    CHECK(run.health().reasons.size() == 1);
    CHECK(run.health().warnings == std::vector<std::string>{"the store is old", "it was copied"});
  }
  SECTION("a store that does not write") {
    run.take({record});
    CHECK(run.health(Error{"disk full", ""}).reasons ==
          std::vector<std::string>{"the store of SAs does not write: disk full"});
  }
}

TEST_CASE("of an SA that is used up, or soon will be, the operator is told", "[management][E-9]") {
  Running run{{.packets = 1000, .time = 100s}, {.packets = 900, .time = 90s}};
  run.take({TunnelBed::record("a", 1)});
  CHECK(run.row().state == TunnelState::Up);
  CHECK(to_json(run.row())["limit"] == nullptr);
  CHECK(to_json(run.row())["sending"][0]["most_s"] == 100);
  auto& sa = run.tunnels.entries().front()->sending->senders()[0];
  SECTION("soon") {
    sa.next += 900;
    run.pass(1s);
    CHECK(to_json(run.row())["state"] == "expiring");
    CHECK(to_json(run.row())["limit"] == "packets");
    CHECK(run.health().ok());
    CHECK(run.health().warnings ==
          std::vector<std::string>{"tunnel a: it is expiring: its keys key-1 are used up soon, by "
                                   "packets: it needs new ones"});
    SECTION("not if there are new keys, which it will send by") {
      run.take({TunnelBed::record("a", 2)});
      CHECK(run.row().state == TunnelState::Up);
      CHECK(run.health().warnings.empty());
    }
  }
  SECTION("by packets") {
    sa.next += 1000;
    run.pass(1s);
    CHECK(to_json(run.row())["state"] == "exhausted");
    CHECK(run.row().sends_by == "key-1");
    CHECK(run.health().warnings.empty());
    CHECK(run.health().reasons ==
          std::vector<std::string>{"tunnel a: it is exhausted: its keys key-1 are used up by "
                                   "packets: it needs new ones"});
  }
  SECTION("by time") {
    run.pass(100s);
    CHECK(run.row().state == TunnelState::Exhausted);
    CHECK(run.row().limit == tunnel::Limit::Time);
    CHECK(run.row().sends_by.empty());
    CHECK(run.row().takes.empty());
    CHECK(run.health().reasons.size() == 1);
    CHECK(run.health().warnings.empty());
  }
}

TEST_CASE("a far end that is sent to for a minute without a word is told of", "[management]") {
  Running run;
  run.take({TunnelBed::record("a", 1)});
  run.look_after(1s);
  ++run.counters(1).packets_in;
  run.look_after(1s);
  CHECK(run.row().heard_s == 0);
  SECTION("while it is not sent to it need not answer") {
    run.look_after(7200s);
    CHECK(run.health().warnings.empty());
    CHECK(run.row().heard_s == 7200);
  }
  SECTION("it is sent to") {
    for (int s = 0; s <= 60; ++s) {
      CHECK(run.health().warnings.empty());
      ++run.counters(0).packets_out;
      run.look_after(1s);
    }
    CHECK(run.health().warnings.size() == 1);
    CHECK(run.health().ok());
    SECTION("until it is heard again") {
      ++run.counters(0).packets_in;
      run.look_after(1s);
      CHECK(run.health().warnings.empty());
    }
    SECTION("until we stop to send") {
      run.look_after(60s);
      CHECK(run.health().warnings.empty());
    }
  }
}

TEST_CASE("what all tunnels counted never shrinks", "[management]") {
  Running run;
  run.take({TunnelBed::record("a", 1), TunnelBed::record("b", 2)});
  run.counters(0).replayed += 4;
  run.counters(1).replayed += 1;
  const auto replayed = [&run] { return to_json(tunnel_totals(run.tables()))["replayed"]; };
  CHECK(replayed() == 5);
  run.take({TunnelBed::record("b", 2)});
  CHECK(replayed() == 5);
  run.take({TunnelBed::record("b", 2), TunnelBed::record("c", 3)});
  CHECK(replayed() == 5);
  CHECK(to_json(run.row(1))["counters"]["replayed"] == 0);
}

}  // namespace
}  // namespace portico::management
