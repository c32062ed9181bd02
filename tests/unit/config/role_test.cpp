// SPDX-License-Identifier: BSD-3-Clause
#include "config/load.hpp"

#include <catch2/catch.hpp>

#include "unit/config/sample.hpp"

using namespace portico;
using namespace portico::config;

namespace {

/// The problems of a concentrator with one more section or key.
std::vector<Error> with(std::string_view more) {
  return parse(changed_concentrator("\"ports\":", std::string{more} + ", \"ports\":")).errors;
}

}  // namespace

TEST_CASE("a concentrator needs nothing that is for phones", "[config]") {
  const auto loaded = parse(kConcentratorSample);
  CHECK(loaded.errors.empty());
  CHECK(loaded.config.role == Role::Concentrator);
  CHECK(loaded.config.lan.router == "192.0.2.65"_ip);
  CHECK(loaded.config.tunnel.blocks.at(0).granule == 16384);
  CHECK(loaded.config.tunnel.blocks.at(1).announce == Announce::Arp);
}

TEST_CASE("what is for a gateway is refused by name of a concentrator", "[config]") {
  const std::string section = GENERATE("phones", "pools", "dhcp", "tftp", "leases");
  const auto errors = with("\"" + section + "\": {\"x\": 1}");
  REQUIRE(errors.size() == 1);
  CHECK(to_string(errors[0]) == "/" + section + ": must not be given: it is for a gateway only");
  CHECK(places(changed_concentrator("\"router\":", "\"relays\": [], \"router\":")) ==
        Places{"/lan/relays"});
  CHECK(places(changed_concentrator("\"file\":", "\"signalling\": {}, \"file\":")) ==
        Places{"/tunnel/signalling"});
  CHECK(places(changed_concentrator("\"file\":", "\"keepalive_s\": 20, \"file\":")) ==
        Places{"/tunnel/keepalive_s"});
}

TEST_CASE("what is for a concentrator is refused by name of a gateway", "[config]") {
  const auto errors =
      parse(changed("\"port\": \"lan0\",", R"("port": "lan0", "router": "10.20.0.9",)")).errors;
  REQUIRE(errors.size() == 1);
  CHECK(to_string(errors[0]) == "/lan/router: must not be given: it is for a concentrator only");
  CHECK(places(changed("\"dhcp\":", R"("tunnel": {"file": "t", "blocks": []}, "dhcp":)")) ==
        Places{"/tunnel/blocks"});
}

TEST_CASE("of a role that does not exist the names that do are told", "[config]") {
  const auto errors = parse(changed("\"ports\": [", R"("role": "bridge", "ports": [)")).errors;
  REQUIRE(errors.size() == 1);
  CHECK(to_string(errors[0]) == R"(/role: must be "gateway" or "concentrator", is "bridge")");
}

TEST_CASE("a concentrator's configuration is rendered without what is for gateways", "[config]") {
  const auto rendered = render(parse(kConcentratorSample).config);
  const auto again = parse(rendered);
  CHECK(again.errors.empty());
  CHECK(render(again.config) == rendered);
  CHECK(rendered.find("\"phones\"") == rendered.npos);
}
