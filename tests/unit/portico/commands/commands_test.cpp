// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"

#include "support/scripted_control.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::management;
using Catch::Matchers::Contains;

namespace {

using support::ScriptedControl;

struct Desk {
  ScriptedControl control;
  cli::Cli cli;
  Desk() { commands::add_all(cli, control); }
};

}  // namespace

TEST_CASE("audit fails if there is any difference, and names its kind", "[cli][audit]") {
  Desk desk;
  CHECK(desk.cli.run("audit").text() == "0 differences\n");
  desk.control.differences = {{DifferenceKind::PortsShared, "a and b"}};
  const auto out = desk.cli.run("audit");
  CHECK(out.failed());
  CHECK(out.text() == "ports_shared: a and b\n1 differences\n");
}

TEST_CASE("health fails with every reason", "[cli]") {
  Desk desk;
  CHECK(desk.cli.run("show health").text() == "ok\n");
  desk.control.health_answer = Health{{"worker 1 is silent"}};
  CHECK(desk.cli.run("show health").failed());
  CHECK(desk.cli.run("show health").text() == "worker 1 is silent\n");
}

TEST_CASE("bindings are found by phone, by MAC and by public address and port", "[cli]") {
  Desk desk;
  CHECK_FALSE(desk.cli.run("show bindings 10.20.0.2").failed());
  CHECK(desk.control.filter.private_address == "10.20.0.2"_ip);
  CHECK_FALSE(desk.cli.run("show bindings mac 00:1b:2c:00:00:02").failed());
  CHECK(desk.control.filter.mac == "00:1b:2c:00:00:02"_mac);
  CHECK_FALSE(desk.cli.run("show bindings public 203.0.113.1 port 24001").failed());
  CHECK(desk.control.filter.public_address == "203.0.113.1"_ip);
  CHECK(desk.control.filter.port == 24001);
  CHECK(desk.cli.run("show bindings public 203.0.113.1 port 65536").failed());
  CHECK_FALSE(desk.cli.run("show bindings from 200").failed());
  CHECK(desk.control.page.offset == 200);
}

TEST_CASE("tunnels are listed, one is shown with its SAs and counters", "[cli]") {
  Desk desk;
  TunnelRow row;
  row.record.name = "branch";
  row.state = TunnelState::Down;
  row.problem = "tunnel branch: its keys are retired";
  auto& sa = row.sending.emplace_back();
  sa.spi = 4096;
  sa.reserved = 16'777'217;
  row.receiving.push_back({.keys = "k1",
                           .spi = 8192,
                           .worker = 1,
                           .top = 77,
                           .window = 1024,
                           .octets = 54321,
                           .most_octets = 99999});
  row.counters = {"tunnel", {{"packets_out", "sent", 5}, {"packets_in", "came", 6}}};
  desk.control.tunnel_rows = {1, {row}};
  CHECK_THAT(desk.cli.run("show tunnels").text(), Contains("branch") && Contains("down"));
  CHECK_FALSE(desk.cli.run("show tunnels from 100").failed());
  CHECK(desk.control.page.offset == 100);
  CHECK_THAT(desk.cli.run("show tunnels branch").text(),
             Contains("its keys are retired") && Contains("4096") && Contains("16777217") &&
                 Contains("8192") && Contains("77") && Contains("54321") && Contains("99999") &&
                 Contains("packets_in"));
  CHECK(desk.cli.run("show tunnels other").failed());
}

TEST_CASE("a reload of tunnels tells every problem, or is done", "[cli]") {
  Desk desk;
  CHECK_FALSE(desk.cli.run("tunnels reload").failed());
  desk.control.tunnel_problems = {{"must be a name", "tunnels.jsonl:2: /name"},
                                  {"its ends stay", "tunnel branch"}};
  const auto out = desk.cli.run("tunnels reload");
  CHECK(out.failed());
  CHECK(out.text() ==
        "tunnels.jsonl:2: /name: must be a name\ntunnel branch: its ends stay\n"
        "nothing is changed\n");
  CHECK_FALSE(desk.cli.run("tunnels switch branch").failed());
  CHECK(desk.control.switched == "branch");
}

TEST_CASE("port statistics count from where they were cleared", "[cli]") {
  Desk desk;
  Statistics statistics;
  statistics.ports.resize(2);
  statistics.ports[0].name = "lan0";
  statistics.ports[0].stats.packets_in = 1000;
  statistics.ports[1].name = "wan0";
  desk.control.statistics_answer = statistics;
  CHECK_THAT(desk.cli.run("show port stats lan0").text(), Contains("1000"));
  CHECK_FALSE(desk.cli.run("clear port stats all").failed());
  CHECK_THAT(desk.cli.run("show port stats lan0").text(), !Contains("1000"));
  CHECK_THAT(desk.cli.run("show port info all").text(), Contains("wan0"));
  CHECK(desk.cli.run("show port info dmz").failed());
}

TEST_CASE("drops that never occurred are not shown, statistics show everything", "[cli]") {
  Desk desk;
  Statistics statistics;
  statistics.groups = {{"drops", {{"loop", "came back", 0}, {"ttl", "time is over", 3}}}};
  desk.control.statistics_answer = statistics;
  CHECK_THAT(desk.cli.run("show drops").text(), Contains("ttl") && !Contains("loop"));
  CHECK_THAT(desk.cli.run("show stats").text(), Contains("loop"));
  desk.control.statistics_answer = fail("the control core does not answer");
  CHECK(desk.cli.run("show drops").failed());
}

TEST_CASE("the other commands ask what they are named after", "[cli]") {
  Desk desk;
  CHECK(desk.cli.run("revoke 00:1b:2c:00:00:02").text() == "2 revoked\n");
  CHECK(desk.control.revoked == "00:1b:2c:00:00:02"_mac);
  CHECK(desk.cli.run("leases accept-loss").text() == "unknown phones are served\n");
  CHECK(desk.cli.run("leases accept-loss").failed());
  CHECK(desk.cli.run("show config").text() == "{\"role\": \"gateway\"}\n");
  CHECK(desk.cli.run("show leases holder 203.0.113.1 24001 2026-01-31T23:59:59Z").text() ==
        "nobody\n");
  CHECK(desk.cli.run("show leases holder 203.0.113.1 24001 yesterday").failed());
  CHECK_THAT(desk.cli.run("show leases").text(), Contains("0 of 0"));
  CHECK_FALSE(desk.cli.run("show workers").failed());
}

TEST_CASE("neighbours are shown with their state, their age and what waits for them", "[cli]") {
  Desk desk;
  desk.control.neighbor_rows = support::two_neighbors();
  CHECK(desk.cli.run("show neighbors").text() ==
        "side  address        mac                state       kind    age s  packets waiting\n"
        "wan   198.51.100.1   02:00:00:00:00:01  reachable   router      7                0\n"
        "wan   198.51.100.99  -                  incomplete  host        -                3\n"
        "2 of 2\n");
  CHECK_FALSE(desk.cli.run("show neighbors from 100").failed());
  CHECK(desk.control.page.offset == 100);
}
