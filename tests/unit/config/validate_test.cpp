// SPDX-License-Identifier: BSD-3-Clause
#include "config/validate.hpp"

#include <catch2/catch.hpp>

#include "unit/config/sample.hpp"

using namespace portico;
using namespace portico::config;

TEST_CASE("ports: the LAN and the WAN have one each, by names and devices of their own",
          "[config]") {
  CHECK(places(changed("\"port\": \"lan0\"", "\"port\": \"lan7\"")) ==
        Places{"/ports/0", "/lan/port"});
  CHECK(places(changed("\"port\": \"lan0\"", "\"port\": \"wan0\"")) ==
        Places{"/ports/0", "/wan/port"});
  CHECK(places(changed("\"name\": \"lan0\"", "\"name\": \"wan0\"")) ==
        Places{"/ports/1/name", "/lan/port"});
  CHECK(places(changed("net_tap1,iface=wan0", "net_tap0,iface=lan0")) == Places{"/ports/1/device"});
  CHECK(places(changed("net_tap1,iface=wan0", "")) == Places{"/ports/1/device"});
}

TEST_CASE("networks: the two sides do not overlap, and routers are on their link", "[config]") {
  CHECK(places(changed("198.51.100.2/24", "10.20.3.2/24")) ==
        Places{"/wan/router", "/wan/address", "/pools/private/0/network"});
  CHECK(places(changed("\"router\": \"198.51.100.1\"", "\"router\": \"198.51.101.1\"")) ==
        Places{"/wan/router"});
  CHECK(places(changed("\"router\": \"198.51.100.1\"", "\"router\": \"198.51.100.2\"")) ==
        Places{"/wan/router"});
  CHECK(places(changed("198.51.100.2/24", "198.51.100.255/24")) == Places{"/wan/address"});
  CHECK(places(changed("198.51.100.2/24", "198.51.100.2/32")) ==
        Places{"/wan/address", "/wan/router"});
}

TEST_CASE("routes: a prefix leads one way only", "[config]") {
  const auto with = [](std::string_view lan, std::string_view wan) {
    auto text = changed("10.20.0.1/16\"", "10.20.0.1/16\", \"routes\": [" + std::string{lan} + "]");
    const std::string_view router = "\"router\": \"198.51.100.1\"";
    return text.replace(text.find(router), router.size(),
                        std::string{router} + ", \"routes\": [" + std::string{wan} + "]");
  };
  CHECK(places(with(R"({"prefix": "10.40.0.0/16", "via": "10.20.0.9"})", "")).empty());
  CHECK(places(with(R"({"prefix": "10.40.0.0/16", "via": "10.21.0.9"})", "")) ==
        Places{"/lan/routes/0/via"});
  CHECK(places(with(R"({"prefix": "10.40.0.0/16", "via": "10.20.0.9"})",
                    R"({"prefix": "10.40.0.0/16", "via": "198.51.100.9"})")) ==
        Places{"/wan/routes/0/prefix"});
  CHECK(places(with("", R"({"prefix": "10.20.0.0/16", "via": "198.51.100.9"})")) ==
        Places{"/wan/routes/0/prefix"});
}

TEST_CASE("private pools: none overlaps another, or the WAN", "[config]") {
  CHECK(places(changed("10.30.0.0/24", "10.20.7.0/24")) ==
        Places{"/pools/private/1/network", "/pools/private/1/via", "/pools/private/1/router"});
  CHECK(places(changed("10.30.0.0/24", "198.51.0.0/16")) ==
        Places{"/pools/private/1/network", "/pools/private/1/router"});
}

TEST_CASE("private pools: one that is not on the LAN's link is reached via a router that is",
          "[config]") {
  CHECK(places(changed("\"via\": \"10.20.0.2\", ", "")) == Places{"/pools/private/1/via"});
  CHECK(places(changed("\"via\": \"10.20.0.2\"", "\"via\": \"10.30.0.1\"")) ==
        Places{"/pools/private/1/via"});
  CHECK(places(changed("\"via\": \"10.20.0.2\"", "\"via\": \"10.20.0.1\"")) ==
        Places{"/pools/private/1/via"});
  CHECK(places(changed("10.20.0.0/16\"}", "10.20.0.0/16\", \"via\": \"10.20.0.2\"}")) ==
        Places{"/pools/private/0/via"});
  CHECK(places(changed("10.20.0.0/16\"}", "10.0.0.0/9\", \"router\": \"10.20.0.1\"}")) ==
        Places{"/pools/private/0/network", "/pools/private/1/network"});
}

TEST_CASE("private pools: phones must be able to reach their router", "[config]") {
  CHECK(places(changed(", \"router\": \"10.30.0.1\"", "")) == Places{"/pools/private/1/router"});
}

TEST_CASE("private pools: at least one phone finds an address", "[config]") {
  CHECK(places(changed("\"10.30.0.0/24\"", "\"10.30.0.0/31\"")) ==
        Places{"/pools/private/1/network"});
  CHECK(places(changed("\"10.30.0.0/24\"", "\"10.30.0.0/30\"")).empty());
  CHECK(places(changed("\"10.30.0.0/24\"",
                       "\"10.30.0.0/24\", \"first\": \"10.30.0.1\", \"last\": \"10.30.0.1\"")) ==
        Places{"/pools/private/1/network"});
  CHECK(places(changed("\"10.30.0.0/24\"",
                       "\"10.30.0.0/24\", \"first\": \"10.30.0.9\", \"last\": \"10.30.0.8\"")) ==
        Places{"/pools/private/1/network"});
  CHECK(places(changed("\"10.30.0.0/24\"", "\"10.30.0.0/24\", \"last\": \"10.30.0.255\"")) ==
        Places{"/pools/private/1/last"});
  CHECK(places(changed("\"10.30.0.0/24\"", "\"10.30.0.0/24\", \"first\": \"10.31.0.2\"")) ==
        Places{"/pools/private/1/first", "/pools/private/1/network"});
}

TEST_CASE("public pools: none overlaps anything else", "[config]") {
  CHECK(places(changed("192.0.2.0/28", "203.0.113.4/30")) == Places{"/pools/public/1/addresses"});
  CHECK(places(changed("192.0.2.0/28", "10.20.4.0/24")) ==
        Places{"/pools/public/1/addresses", "/pools/public/1/addresses"});
  CHECK(places(changed("192.0.2.0/28", "10.30.0.0/28")) == Places{"/pools/public/1/addresses"});
  CHECK(places(changed("192.0.2.0/28", "127.0.0.0/28")) == Places{"/pools/public/1/addresses"});
}

TEST_CASE("public pools: no address that is the gateway's own or its neighbours'", "[config]") {
  CHECK(places(changed("203.0.113.0/29", "198.51.100.2/32")) ==
        Places{"/pools/public/0/addresses"});
  CHECK(places(changed("203.0.113.0/29", "198.51.100.1/32")) ==
        Places{"/pools/public/0/addresses"});
  CHECK(places(changed("203.0.113.0/29", "198.51.100.255/32")) ==
        Places{"/pools/public/0/addresses"});
  CHECK(places(changed("203.0.113.0/29", "198.51.100.8/29")).empty());
}

TEST_CASE("MAC rules: an address, an OUI or address/mask", "[config][P2]") {
  CHECK(places(changed("\"00:1b:2c\"", "\"00:1b:2c:00:00:01\"")).empty());
  CHECK(places(changed("\"00:1b:2c\"", "\"00:1b:2c:00:00:00/ff:ff:ff:ff:00:00\"")).empty());
  CHECK(places(changed("\"00:1b:2c\"", "\"00:1b:zz\"")) == Places{"/phones/macs/rules/0/match"});
}

TEST_CASE("static phones: identities and ranges come from the pools, and are nobody else's",
          "[config][T0]") {
  const auto with = [](std::string_view entries) {
    return places(changed("\"static\": []", "\"static\": [" + std::string{entries} + "]"));
  };
  const std::string good =
      R"({"private_address": "10.20.9.1", "mac": "00:00:5e:00:53:01", "first_port": 24000,
          "ports": 16, "public_address": "203.0.113.1"})";
  const auto but = [&](std::string_view was, std::string_view now) {
    auto text = good;
    return text.replace(text.find(was), was.size(), now);
  };
  CHECK(with(good).empty());
  CHECK(with(but("10.20.9.1", "10.99.9.1")) ==
        Places{"/phones/static/0/private_address", "/phones/static/0/via"});
  CHECK(with(but("10.20.9.1", "10.20.0.1")) == Places{"/phones/static/0/private_address"});
  CHECK(with(but("10.20.9.1", "10.30.0.9")) == Places{"/phones/static/0/via"});
  CHECK(with(but("00:00:5e:00:53:01", "01:00:5e:00:53:01")) == Places{"/phones/static/0/mac"});
  CHECK(with(but("24000", "24001")) == Places{"/phones/static/0/ports"});
  CHECK(with(but("24000", "5056")) == Places{"/phones/static/0/first_port"});
  CHECK(with(but("203.0.113.1", "203.0.114.1")) == Places{"/phones/static/0/public_address"});
  CHECK(with(but(R"(, "public_address": "203.0.113.1")", "")) == Places{"/phones/static/0"});
  CHECK(with(good + ", " + but("10.20.9.1", "10.20.9.2")) == Places{"/phones/static/1/first_port"});
  CHECK(with(good + ", " + but("24000", "24016")) == Places{"/phones/static/1/private_address"});
}

TEST_CASE("services: addresses and paths are usable", "[config]") {
  const auto with = [](std::string_view more) {
    return places(changed("\"dhcp\":", std::string{more} + ", \"dhcp\":"));
  };
  CHECK(with(R"("management": {"http": "", "socket": ""})").empty());
  CHECK(with(R"("management": {"http": "127.0.0.1"})") == Places{"/management/http"});
  CHECK(with(R"("management": {"http": "127.0.0.1:0"})") == Places{"/management/http"});
  CHECK(with(R"("management": {"http": "localhost:80"})") == Places{"/management/http"});
  CHECK(with(R"("management": {"socket": ")" + std::string(108, 'x') + "\"}") ==
        Places{"/management/socket"});
  CHECK(with(R"("leases": {"file": ""})") == Places{"/leases/file"});
  CHECK(with(R"("tftp": {"transfers": 2, "transfers_per_phone": 3})") ==
        Places{"/tftp/transfers_per_phone"});
}
