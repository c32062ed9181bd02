// SPDX-License-Identifier: BSD-3-Clause
#include "config/validate.hpp"

#include <catch2/catch.hpp>

#include "unit/config/sample.hpp"

using namespace portico;
using namespace portico::config;

namespace {

/// Problems of a gateway with these keys in "tunnel".
Places with(const std::string& keys) {
  return places(changed("\"dhcp\":", "\"tunnel\": {" + keys + "}, \"dhcp\":"));
}

/// Problems of a concentrator whose first block has this in the place of that.
Places but(std::string_view was, std::string_view now) {
  return places(changed_concentrator(was, now));
}

}  // namespace

TEST_CASE("a tunnel's options are within their bounds", "[config]") {
  CHECK(with(R"("file": "t")").empty());
  CHECK(with(R"("keys": "k")") == Places{"/tunnel/keys"});
  CHECK(with(R"("file": "t", "keys": "k", "store": "")") == Places{"/tunnel/store"});
  CHECK(with(R"("capacity": 131072)").empty());
  CHECK(with(R"("capacity": 131073)") == Places{"/tunnel/capacity"});
  CHECK(with(R"("dscp": 63)").empty());
  CHECK(with(R"("dscp": 64)") == Places{"/tunnel/dscp"});
  CHECK(with(R"("df": "maybe")") == Places{"/tunnel/df"});
}

TEST_CASE("a replay window is a power of two from 64 to 4096", "[config][E-5]") {
  CHECK(with(R"("replay_window": 64)").empty());
  CHECK(with(R"("replay_window": 4096)").empty());
  for (const auto* bad : {"32", "63", "100", "4095", "8192"})
    CHECK(with(R"("replay_window": )" + std::string{bad}) == Places{"/tunnel/replay_window"});
}

TEST_CASE("an SA warns before it stops", "[config][E-9]") {
  CHECK(with(R"("soft": {"seconds": 9}, "hard": {"seconds": 10, "packets": 1})").empty());
  CHECK(with(R"("soft": {"octets": 10})").empty());
  CHECK(with(R"("hard": {"octets": 18446744073709551615})").empty());
  CHECK(with(R"("soft": {"seconds": 10}, "hard": {"seconds": 10})") ==
        Places{"/tunnel/soft/seconds"});
  CHECK(with(R"("soft": {"packets": 2}, "hard": {"packets": 1})") ==
        Places{"/tunnel/soft/packets"});
  CHECK(with(R"("soft": {"octets": 2}, "hard": {"octets": 2})") == Places{"/tunnel/soft/octets"});
}

TEST_CASE("a keepalive comes after seconds, an hour at most, or never", "[config][E-10]") {
  CHECK(with(R"("keepalive_s": 0)").empty());
  CHECK(with(R"("keepalive_s": 3600)").empty());
  CHECK(with(R"("keepalive_s": 3601)") == Places{"/tunnel/keepalive_s"});
}

TEST_CASE("phones that use a tunnel need one", "[config][T2][T7]") {
  const auto uses = [](std::string_view how, std::string_view tunnel) {
    auto text = changed("\"ports\": 64,", R"("ports": 64, "tunnel_pool": "provider", "uses": ")" +
                                              std::string{how} + "\",");
    if (how == "tunnel") text.replace(text.find(", \"public_pool\": \"direct\""), 25, "");
    return places(text.replace(text.find("\"dhcp\":"), 0, tunnel));
  };
  constexpr auto kServers =
      R"("tunnel": {"file": "t", "signalling": {"servers": ["192.0.2.64/26"]}}, )";
  const std::string place = "/phones/classes/0/uses";
  CHECK(uses("tunnel", "") == Places{place});
  CHECK(uses("tunnel", R"("tunnel": {"file": "t"}, )").empty());
  CHECK(uses("signalling", kServers).empty());
  SECTION("and signalling needs servers, to be told from the rest") {
    CHECK(uses("signalling", "") == Places{place, "/tunnel/signalling/servers"});
    CHECK(uses("signalling", R"("tunnel": {"file": "t"}, )") ==
          Places{"/tunnel/signalling/servers"});
    CHECK(uses("signalling", R"("tunnel": {"file": "t", "signalling":
                             {"servers": ["192.0.2.64/26"], "ports": []}}, )") ==
          Places{"/tunnel/signalling/ports"});
  }
  SECTION("a static phone alike") {
    const auto phone = [](std::string_view tunnel) {
      auto text = changed("\"static\": []", R"("static": [{"private_address": "10.20.9.1",
        "mac": "00:00:5e:00:53:01", "first_port": 24000, "ports": 16, "tunnel_address": "192.0.2.1"}])");
      return places(text.replace(text.find("\"dhcp\":"), 0, tunnel));
    };
    CHECK(phone(R"("tunnel": {"file": "t"}, )").empty());
    CHECK(phone("") == Places{"/phones/static/0/tunnel_address"});
  }
}

TEST_CASE("signalling's ports are those of SIP, MGCP, H.323 and SCCP by default", "[config][V-3]") {
  CHECK(parse(kSample).config.tunnel.signalling.ports ==
        std::vector<std::uint16_t>{5060, 5061, 2427, 2727, 1719, 1720, 2000});
  CHECK(with(R"("signalling": {"ports": [0]})") == Places{"/tunnel/signalling/ports/0"});
}

TEST_CASE("a concentrator has tunnels, and addresses to hand to their gateways", "[config][T4]") {
  CHECK(but(R"("file": "tunnels.jsonl", "keys": "keys", )", "") == Places{"/tunnel/file"});
  CHECK(places(R"({"role": "concentrator", "ports": [{"name": "a", "device": "a"},
    {"name": "b", "device": "b"}], "lan": {"port": "a", "address": "10.0.0.1/24"},
    "wan": {"port": "b", "address": "10.0.1.1/24"}, "tunnel": {"file": "t"}})") ==
        Places{"/tunnel/blocks"});
}

TEST_CASE("a concentrator's blocks are nobody else's addresses", "[config][T5]") {
  const std::string where = "/tunnel/blocks/0/addresses";
  CHECK(but("192.0.2.0/28", "10.99.0.0/29") == Places{"/tunnel/blocks/1/addresses"});
  CHECK(but("192.0.2.0/28", "203.0.113.128/28") == Places{where});
  CHECK(but("192.0.2.0/28", "10.0.0.0/9") == Places{where, "/tunnel/blocks/1/addresses"});
  CHECK(but("192.0.2.0/28", "127.0.0.0/28") == Places{where});
  SECTION("nor our own, the router's or the link's on the provider's side") {
    auto arp = [](std::string_view block) {
      auto text = changed_concentrator("192.0.2.0/28", block);
      return places(text.replace(text.find("\"route\""), 7, "\"arp\""));
    };
    CHECK(arp("192.0.2.80/28").empty());
    CHECK(arp("192.0.2.66/32") == Places{where});
    CHECK(arp("192.0.2.65/32") == Places{where});
    CHECK(arp("192.0.2.64/32") == Places{where});
    CHECK(arp("192.0.2.127/32") == Places{where});
  }
  SECTION("those on the link are looked for by ARP, and cannot be routed") {
    CHECK(but("192.0.2.0/28", "192.0.2.80/28") == Places{"/tunnel/blocks/0/announce"});
  }
  SECTION("a granule is a power of two") {
    CHECK(but("16384", "1").empty());
    CHECK(but("16384", "65536").empty());
    CHECK(but("16384", "3000") == Places{"/tunnel/blocks/0/granule"});
    CHECK(but("16384", "131072") == Places{"/tunnel/blocks/0/granule"});
  }
}
