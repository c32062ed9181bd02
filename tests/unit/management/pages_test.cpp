// SPDX-License-Identifier: BSD-3-Clause
#include "management/pages.hpp"

#include "support/scripted_control.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace portico;
using namespace portico::management;
using nlohmann::json;

namespace {

using support::ScriptedControl;

struct Answer {
  int status;
  json body;
};

Answer get(ScriptedControl& control, std::string path,
           std::multimap<std::string, std::string> parameters = {}) {
  const auto response = Pages{control}({std::move(path), std::move(parameters)});
  CHECK(response.content_type == "application/json");
  return {response.status, json::parse(response.body)};
}

}  // namespace

TEST_CASE("health is 200, or 503 with every reason", "[management]") {
  ScriptedControl control;
  CHECK(get(control, "/v1/health").status == 200);
  CHECK(get(control, "/v1/health").body == json{{"status", "ok"},
                                                {"reasons", json::array()},
                                                {"warnings", json::array()},
                                                {"recovery", nullptr}});
  control.health_answer = Health{{"worker 1 is silent", "the store does not write: disk full"}};
  const auto failing = get(control, "/v1/health");
  CHECK(failing.status == 503);
  CHECK(failing.body["status"] == "failing");
  CHECK(failing.body["reasons"].size() == 2);
  SECTION("after a loss of leases the time left is a number") {
    control.health_answer = Health{{"leases were lost"}, {}, Recovery{3599}};
    CHECK(get(control, "/v1/health").body["recovery"]["left_s"] == 3599);
    control.health_answer = Health{{"leases were lost"}, {}, Recovery{}};
    CHECK(get(control, "/v1/health").body["recovery"]["left_s"] == nullptr);
  }
  SECTION("a control core that does not answer is a reason as well") {
    control.health_answer = fail("the control core does not answer");
    CHECK(get(control, "/v1/health").status == 503);
    CHECK(get(control, "/v1/health").body["reasons"][0] == "the control core does not answer");
  }
}

TEST_CASE("statistics hold ports, workers, packet pools, the balance and every group of counters",
          "[management]") {
  ScriptedControl control;
  Statistics statistics;
  statistics.ports.resize(2);
  statistics.workers.resize(1);
  statistics.packet_pools = {{"packets_lan0", 4096, 7}};
  statistics.groups = {{"nappt", {{"translated_out", "out", 18446744073709551615u}}},
                       {"drops", {{"no_binding", "nobody's", 3}}}};
  statistics.balance = {10, 2, 8, 3, 1};
  control.statistics_answer = statistics;
  const auto answer = get(control, "/v1/stats");
  CHECK(answer.status == 200);
  CHECK(answer.body["ports"].size() == 2);
  CHECK(answer.body["workers"].size() == 1);
  CHECK(answer.body["packet_pools"] ==
        json{{{"name", "packets_lan0"}, {"size", 4096}, {"in_use", 7}}});
  CHECK(answer.body["nappt"]["translated_out"] == 18446744073709551615u);
  CHECK(answer.body["drops"]["no_binding"] == 3);
  CHECK(answer.body["balance"]["holds"] == true);
  CHECK(control.moment == Moment::Running);
  SECTION("a consistent set is taken at a turn's boundary") {
    CHECK(get(control, "/v1/stats", {{"consistent", "1"}}).status == 200);
    CHECK(control.moment == Moment::TurnBoundary);
  }
  SECTION("a packet that is nowhere, or twice, is not hidden") {
    statistics.balance.dropped += GENERATE(-1, 1);
    control.statistics_answer = statistics;
    CHECK(get(control, "/v1/stats").body["balance"]["holds"] == false);
  }
  SECTION("no answer is 503 and says why") {
    control.statistics_answer = fail("worker 0 is silent");
    CHECK(get(control, "/v1/stats").status == 503);
    CHECK(get(control, "/v1/stats").body["error"] == "worker 0 is silent");
  }
}

TEST_CASE("the same counters are there for Prometheus", "[management][D4]") {
  ScriptedControl control;
  Statistics statistics;
  statistics.ports.resize(1);
  statistics.ports[0].name = "la\"n\\0";
  statistics.ports[0].stats.octets_in = 1518;
  statistics.workers.resize(1);
  statistics.workers[0].turns = 9;
  statistics.packet_pools = {{"packets", 4096, 7}};
  statistics.groups = {{"nappt", {{"outbound", "packets\nout", 18446744073709551615u}}},
                       {"drops", {{"no_binding", "nobody's", 3}, {"no_route", "nowhere", 0}}}};
  control.statistics_answer = statistics;
  const auto response = Pages{control}({"/metrics", {}});
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  for (const std::string expected :
       {"# HELP portico_healthy 1 if every worker turns and the stores write\n"
        "# TYPE portico_healthy gauge\nportico_healthy 1\n",
        "# HELP portico_nappt_outbound_total packets\\nout\n"
        "# TYPE portico_nappt_outbound_total counter\n"
        "portico_nappt_outbound_total 18446744073709551615\n",
        "# TYPE portico_drops_total counter\nportico_drops_total{reason=\"no_binding\"} 3\n"
        "portico_drops_total{reason=\"no_route\"} 0\n",
        "portico_port_octets_in_total{port=\"la\\\"n\\\\0\"} 1518\n",
        "portico_worker_turns_total{worker=\"0\"} 9\n",
        "portico_packet_buffers{pool=\"packets\"} 4096\n",
        "portico_packet_buffers_in_use{pool=\"packets\"} 7\n"})
    CHECK_THAT(response.body, Catch::Contains(expected));
  SECTION("what fails is said, and is not healthy") {
    control.health_answer = Health{{"worker 1 is silent"}};
    CHECK_THAT((Pages{control}({"/metrics", {}}).body), Catch::Contains("portico_healthy 0\n"));
  }
  SECTION("it takes no parameters, and no answer is 503") {
    CHECK(get(control, "/metrics", {{"a", "b"}}).status == 400);
    control.statistics_answer = fail("worker 0 is silent");
    CHECK(get(control, "/metrics").status == 503);
  }
}

TEST_CASE("bindings come in pages, filtered by what the parameters say", "[management]") {
  ScriptedControl control;
  BindingRow row;
  row.binding.private_address = "10.20.0.2"_ip;
  row.binding.public_address = "203.0.113.1"_ip;
  row.binding.range = {24000, 64};
  row.usage.packets_out = 7;
  control.binding_rows = {41, {row}};
  const auto answer = get(control, "/v1/bindings",
                          {{"mac", "00:1b:2c:00:00:02"},
                           {"private", "10.20.0.2"},
                           {"public", "203.0.113.1"},
                           {"port", "24001"},
                           {"offset", "40"},
                           {"limit", "1"}});
  CHECK(answer.status == 200);
  CHECK(answer.body["total"] == 41);
  CHECK(answer.body["offset"] == 40);
  CHECK(answer.body["limit"] == 1);
  const auto& item = answer.body["items"].at(0);
  CHECK(item["private"] == "10.20.0.2");
  CHECK(item["ports"] == json{{"first", 24000}, {"last", 24063}, {"size", 64}});
  CHECK(item["tunnel"].is_null());
  CHECK(item["usage"]["packets_out"] == 7);
  CHECK(control.filter.mac == "00:1b:2c:00:00:02"_mac);
  CHECK(control.filter.private_address == "10.20.0.2"_ip);
  CHECK(control.filter.public_address == "203.0.113.1"_ip);
  CHECK(control.filter.port == 24001);
  CHECK(control.page.offset == 40);
}

TEST_CASE("a bad parameter is answered 400 and named", "[management]") {
  ScriptedControl control;
  const auto refused = [&](std::string path, std::multimap<std::string, std::string> parameters) {
    const auto answer = get(control, std::move(path), std::move(parameters));
    CHECK(answer.status == 400);
    return answer.body["error"].get<std::string>();
  };
  CHECK(refused("/v1/bindings", {{"mac", "x"}}) == "mac: must be a MAC address");
  CHECK(refused("/v1/bindings", {{"port", "65536"}}) == "port: must be a port number");
  CHECK(refused("/v1/bindings", {{"limit", "0"}}) == "limit: must be a number from 1 to 10000");
  CHECK(refused("/v1/bindings", {{"offset", "-1"}}) == "offset: must be a whole number");
  CHECK(refused("/v1/bindings", {{"colour", "red"}}) == "colour: is not a parameter of this page");
  CHECK(refused("/v1/leases", {{"limit", "1"}, {"limit", "2"}}) ==
        "limit: is given more than once");
  CHECK(refused("/v1/leases/history", {{"public", "203.0.113.1"}, {"port", "24001"}}) ==
        "at: is required");
  CHECK(refused("/v1/health", {{"verbose", "1"}}) == "verbose: is not a parameter of this page");
  CHECK(refused("/v1/stats", {{"consistent", "2"}}) == "consistent: must be 0 or 1");
}

TEST_CASE("a page that is not there is 404", "[management]") {
  ScriptedControl control;
  for (const auto* path : {"/", "/v1", "/v1/health/", "/v1/../v1/health", "/V1/health"})
    CHECK(get(control, path).status == 404);
}

TEST_CASE("a lease is shown whole, even where a peer's octets are no text", "[management]") {
  ScriptedControl control;
  lease::Lease lease;
  lease.client = std::string("\0\1\x00\x1b", 4);
  lease.vendor_class = "ACME\xff";
  lease.until = WallTime{1709251199};
  lease.lease_s = 3600;
  control.lease_rows = {1, {lease}};
  const auto item = get(control, "/v1/leases").body["items"].at(0);
  CHECK(item["client"] == "0001001b");
  CHECK(item["vendor_class"] == "ACME\xEF\xBF\xBD");
  CHECK(item["state"] == "bound");
  CHECK(item["until"] == "2024-02-29T23:59:59Z");
  SECTION("one that never ends has no end") {
    lease.lease_s = lease::kInfinite;
    control.lease_rows = {1, {lease}};
    CHECK(get(control, "/v1/leases").body["items"].at(0)["until"].is_null());
  }
}

TEST_CASE("a neighbour is shown with what is known of it", "[management]") {
  ScriptedControl control;
  control.neighbor_rows = support::two_neighbors();
  const auto page = get(control, "/v1/neighbors", {{"offset", "5"}, {"limit", "7"}}).body;
  CHECK(control.page.offset == 5);
  CHECK(control.page.limit == 7);
  CHECK(page["total"] == 2);
  CHECK(page["items"].at(0) == json{{"side", "wan"},
                                    {"address", "198.51.100.1"},
                                    {"mac", "02:00:00:00:00:01"},
                                    {"state", "reachable"},
                                    {"router", true},
                                    {"age_s", 7},
                                    {"waiting", 0}});
  CHECK(page["items"].at(1)["state"] == "incomplete");
  CHECK(page["items"].at(1)["mac"].is_null());
  CHECK(page["items"].at(1)["age_s"].is_null());
  CHECK(page["items"].at(1)["waiting"] == 3);
}

TEST_CASE("the history is asked for an address, a port and a moment", "[management]") {
  ScriptedControl control;
  control.records.resize(2);
  const auto answer =
      get(control, "/v1/leases/history",
          {{"public", "203.0.113.1"}, {"port", "24001"}, {"at", "2024-02-29T23:59:59Z"}});
  CHECK(answer.status == 200);
  CHECK(answer.body["total"] == 2);
  CHECK(answer.body["items"].at(0)["event"] == "granted");
  CHECK(control.query.at == WallTime{1709251199});
  CHECK(control.query.port == 24001);
}

TEST_CASE("the audit lists each difference with its kind", "[management]") {
  ScriptedControl control;
  CHECK(get(control, "/v1/audit").body["total"] == 0);
  control.differences = {{DifferenceKind::PortsShared, "a and b"}};
  CHECK(get(control, "/v1/audit").body["items"].at(0) ==
        json{{"kind", "ports_shared"}, {"what", "a and b"}});
}

TEST_CASE("a filter matches either identity, and any port of the range", "[management]") {
  nappt::Binding b;
  b.public_address = "203.0.113.1"_ip;
  b.tunnel_address = "192.0.2.1"_ip;
  b.range = {24000, 64};
  BindingFilter filter;
  CHECK(matches(filter, b));
  filter.public_address = "192.0.2.1"_ip;
  filter.port = 24063;
  CHECK(matches(filter, b));
  filter.port = 24064;
  CHECK_FALSE(matches(filter, b));
  filter = {};
  filter.public_address = "192.0.2.2"_ip;
  CHECK_FALSE(matches(filter, b));
}

TEST_CASE("tunnels are paged, each with its state and its counters", "[management]") {
  ScriptedControl control;
  TunnelRow row;
  row.record.name = "branch";
  row.state = TunnelState::Waits;
  row.counters = {"tunnel", {{"replayed", "came twice", 3}}};
  control.tunnel_rows = {9, {row}};
  const auto page = get(control, "/v1/tunnels", {{"offset", "5"}, {"limit", "1"}}).body;
  CHECK(control.page.offset == 5);
  CHECK(page["total"] == 9);
  CHECK(page["items"].at(0)["name"] == "branch");
  CHECK(page["items"].at(0)["state"] == "waits_for_reservation");
  CHECK(page["items"].at(0)["sends_by"].is_null());
  CHECK(page["items"].at(0)["counters"] == json{{"replayed", 3}});
  CHECK(get(control, "/v1/tunnels", {{"name", "branch"}}).status == 400);
}
