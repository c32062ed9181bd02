// SPDX-License-Identifier: BSD-3-Clause
#include "config/load.hpp"

#include <catch2/catch.hpp>

#include "unit/config/sample.hpp"
#include <cstdio>
#include <fstream>

using namespace portico;
using namespace portico::config;
using Catch::Matchers::Contains;

namespace {

std::string only_problem(const std::string& text) {
  const auto errors = parse(text).errors;
  REQUIRE(errors.size() == 1);
  return to_string(errors[0]);
}

}  // namespace

TEST_CASE("a file with comments is read, and what it leaves out has its default", "[config]") {
  const auto loaded = parse(kSample);
  CHECK(loaded.errors.empty());
  const auto& c = loaded.config;
  CHECK(c.ports.at(0).device == "net_tap0,iface=lan0");
  CHECK(c.ports.at(0).mtu == 1500);
  CHECK(c.lan.address == *parse_interface("10.20.0.1/16"));
  CHECK(c.wan.router == "198.51.100.1"_ip);
  CHECK(c.pools.public_pools.at(1).identity == Identity::Tunnel);
  CHECK(c.phones.macs.fallback == Verdict::Deny);
  CHECK(c.phones.classes.at(0).ports == 64);
  CHECK(c.leases.quarantine_s == 120);
  CHECK(c.phones.reserved_ports.size() == 5);
}

TEST_CASE("an unknown key is refused by name, with the key that was probably meant", "[config]") {
  CHECK(only_problem(changed(R"("router":)", R"("rooter":)")) ==
        "/wan/rooter: is an unknown key (did you mean \"router\"?)");
  CHECK(only_problem(changed(R"("static": [])", R"("frobnicate": 1)")) ==
        "/phones/frobnicate: is an unknown key");
  CHECK(places(changed(R"("static": [])", R"("a/b~c": 1)")) == Places{"/phones/a~1b~0c"});
}

TEST_CASE("a key of the other side is unknown here", "[config]") {
  CHECK(places(changed(R"("port": "lan0",)", R"("port": "lan0", "router": "10.20.0.9",)")) ==
        Places{"/lan/router"});
}

TEST_CASE("a required key that is missing is named with what it is for", "[config]") {
  CHECK(only_problem(changed(R"("dhcp": {"enterprise": 32473})", R"("dhcp": {})")) ==
        "/dhcp/enterprise: is missing: the operator's IANA number, of option 125");
  CHECK(places(changed(R"(,
  "dhcp": {"enterprise": 32473})",
                       "")) == Places{"/dhcp/enterprise"});
  CHECK(places(changed(R"("default": "deny", )", "")) == Places{"/phones/macs/default"});
}

TEST_CASE("a value of the wrong type or out of range says what it must be", "[config]") {
  CHECK(only_problem(changed("32473", "\"32473\"")) ==
        "/dhcp/enterprise: must be a whole number from 1 to 4294967295, is \"32473\"");
  CHECK(places(changed("32473", "0")) == Places{"/dhcp/enterprise"});
  CHECK(places(changed("32473", "-1")) == Places{"/dhcp/enterprise"});
  CHECK(places(changed("32473", "4294967296")) == Places{"/dhcp/enterprise"});
  CHECK(places(changed("32473", "1.0")) == Places{"/dhcp/enterprise"});
  CHECK(only_problem(changed("\"deny\"", "\"forbid\"")) ==
        "/phones/macs/default: must be \"deny\" or \"allow\", is \"forbid\"");
  CHECK(places(changed("10.20.0.1/16", "10.20.0.1")) == Places{"/lan/address"});
  CHECK(places(changed("203.0.113.0/29", "203.0.113.1/29")) == Places{"/pools/public/0/addresses"});
  CHECK(places(changed("\"static\": []", "\"static\": {}")) == Places{"/phones/static"});
  CHECK(places(changed(R"({"enterprise": 32473})", "7")) == Places{"/dhcp"});
  CHECK(places(changed("[\"ACME-SIP-*\"]", "[\"A\\u0000\"]")) ==
        Places{"/phones/classes/0/vendor_class/0"});
}

TEST_CASE("a key given twice is refused, at any depth", "[config]") {
  CHECK(only_problem(changed(R"("name": "lan0",)", R"("name": "lan0", "name": "lan0",)")) ==
        "/ports/0/name: is given twice");
  CHECK(places(changed(R"("static": [])", R"("macs": {}, "static": [])")) ==
        Places{"/phones/macs"});
}

TEST_CASE("all problems are listed at once, with what follows from them left out", "[config]") {
  auto text = changed("32473", "0");
  text.replace(text.find("10.20.0.0/16"), 12, "10.20.0.0/99");
  text.replace(text.find("\"ports\": 64"), 11, "\"ports\": 65");
  CHECK(places(text) ==
        Places{"/pools/private/0/network", "/dhcp/enterprise", "/phones/classes/0/ports"});
}

TEST_CASE("a key given twice does not hide other problems", "[config]") {
  auto text = changed(R"("static": [])", R"("static": [], "static": [])");
  text.replace(text.find("32473"), 5, "0");
  CHECK(places(text) == Places{"/phones/static", "/dhcp/enterprise"});
}

TEST_CASE("text that is not JSON is told by line and column", "[config]") {
  const auto errors = parse("{\n  \"lan\": }").errors;
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].where == "line 2, column 10");
  CHECK_THAT(errors[0].what, Contains("not JSON"));
  CHECK(parse("").errors.size() == 1);
  CHECK(parse("[]").errors.at(0).what == "must be an object, is []");
  CHECK(parse("{\"lan\": \"\xff\"}").errors.size() == 1);
  CHECK(parse("{\"dhcp\": {\"enterprise\": 1e999}}").errors.size() == 1);
}

TEST_CASE("nesting without end is an error, not a crash", "[config]") {
  const auto errors = parse(std::string(1000000, '[') + std::string(1000000, ']')).errors;
  REQUIRE_FALSE(errors.empty());
  CHECK(errors[0].what == "is nested too deep");
  CHECK(errors[0].where == "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0");
}

TEST_CASE("what is rendered is read back to the same configuration", "[config]") {
  const auto rendered = render(parse(kSample).config);
  const auto again = parse(rendered);
  CHECK(again.errors.empty());
  CHECK(render(again.config) == rendered);
  CHECK_THAT(rendered, Contains("\"quarantine_s\": 120"));
}

TEST_CASE("a file that cannot be read is told by its name", "[config]") {
  const auto errors = load_file("/nonexistent/portico.json").errors;
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].where == "/nonexistent/portico.json");
  CHECK_THAT(errors[0].what, Contains("cannot be read"));
  CHECK(load_file("/").errors.size() == 1);
}
