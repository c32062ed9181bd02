// SPDX-License-Identifier: BSD-3-Clause
#include "config/validate.hpp"

#include <catch2/catch.hpp>

#include "unit/config/sample.hpp"

using namespace portico;
using namespace portico::config;

namespace {

/// Problems of the sample's class with more keys.
Places with(const std::string& more) {
  return places(changed("\"ports\": 64,", "\"ports\": 64, " + more + ","));
}

constexpr auto kRoot = R"("tftp": {"root": "/srv/tftp"}, "dhcp":)";

/// The same, where Portico serves files.
Places with_files(const std::string& more) {
  auto text = changed("\"ports\": 64,", "\"ports\": 64, " + more + ",");
  return places(text.replace(text.find("\"dhcp\":"), 7, kRoot));
}

const std::string kClass = "/phones/classes/0";

}  // namespace

TEST_CASE("a class's range is a power of two that finds a place between reserved ports",
          "[config][P5]") {
  CHECK(places(changed("\"ports\": 64", "\"ports\": 48")) == Places{kClass + "/ports"});
  CHECK(places(changed("\"ports\": 64", "\"ports\": 1")).empty());
  CHECK(places(changed("\"ports\": 64", "\"ports\": 16384")).empty());
  CHECK(places(changed("\"ports\": 64", "\"ports\": 32768")) == Places{kClass + "/ports"});
  SECTION("reserved ports of the pool count") {
    auto text = changed("\"ports\": 64", "\"ports\": 16384");
    const std::string_view pool = "203.0.113.0/29\"";
    text.replace(text.find(pool), pool.size(),
                 std::string{pool} + R"(, "reserved": [{"first": 20000, "last": 20000},
                 {"first": 40000, "last": 40001}, {"first": 65535, "last": 65535}])");
    CHECK(places(text) == Places{kClass + "/ports"});
  }
  SECTION("a span is given from its first port to its last") {
    CHECK(places(changed("\"static\": []", R"("reserved_ports": [{"first": 9, "last": 8}])")) ==
          Places{"/phones/reserved_ports/0/last"});
  }
}

TEST_CASE("a class names pools that exist and hold the identity that it uses", "[config][P4]") {
  CHECK(places(changed("\"private_pool\": \"phones\"", "\"private_pool\": \"none\"")) ==
        Places{kClass + "/private_pool"});
  CHECK(places(changed("\"public_pool\": \"direct\"", "\"public_pool\": \"none\"")) ==
        Places{kClass + "/public_pool"});
  CHECK(places(changed("\"public_pool\": \"direct\"", "\"public_pool\": \"provider\"")) ==
        Places{kClass + "/public_pool"});
  CHECK(with(R"("tunnel_pool": "provider")") == Places{kClass + "/tunnel_pool"});
  const std::string tunnel =
      R"("tunnel": {"file": "t", "signalling": {"servers": ["192.0.2.64/26"]}},)";
  const auto with_tunnel = [&](const std::string& more) {
    auto text = changed("\"ports\": 64,", "\"ports\": 64, " + more + ",");
    return places(text.replace(text.find("\"dhcp\":"), 0, tunnel));
  };
  CHECK(with_tunnel(R"("uses": "signalling")") == Places{kClass + "/tunnel_pool"});
  CHECK(with_tunnel(R"("uses": "signalling", "tunnel_pool": "provider")").empty());
  CHECK(with_tunnel(R"("uses": "tunnel", "tunnel_pool": "provider")") ==
        Places{kClass + "/public_pool"});
}

TEST_CASE("classes have names of their own and at least one identifier", "[config][P3]") {
  CHECK(places(changed("[\"ACME-SIP-*\"]", "[]")) == Places{kClass + "/vendor_class"});
  CHECK(places(changed("[\"ACME-SIP-*\"]", "[\"\"]")) == Places{kClass + "/vendor_class/0"});
  CHECK(places(changed("\"name\": \"sip\"", "\"name\": \"\"")) == Places{kClass + "/name"});
}

TEST_CASE("T1 comes before T2, and T2 within the lease time", "[config][D-10]") {
  CHECK(with("\"renew_s\": 100, \"rebind_s\": 200").empty());
  CHECK(with("\"renew_s\": 200, \"rebind_s\": 100") == Places{kClass + "/renew_s"});
  CHECK(with("\"rebind_s\": 4000") == Places{kClass + "/rebind_s"});
  CHECK(with("\"rebind_s\": 100") == Places{kClass + "/rebind_s"});
  CHECK(with("\"lease_s\": 4294967295").empty());
}

TEST_CASE("firmware comes from our own root or from a server that is named", "[config][P9]") {
  const std::string place = kClass + "/firmware";
  CHECK(with(R"("firmware": {"file": "a.bin"})") == Places{place + "/server"});
  CHECK(with_files(R"("firmware": {"file": "a.bin"})").empty());
  CHECK(with(R"("firmware": {"file": "a.bin", "server": "192.0.2.99"})").empty());
  CHECK(with_files(R"("firmware": {"file": ""})") == Places{place + "/file"});
  CHECK(with_files(R"("firmware": {"file": ")" + std::string(128, 'x') + "\"}") ==
        Places{place + "/file"});
  SECTION("a digest is given for a file on another server only") {
    const auto digest = [](std::size_t n) {
      return "\"sha256\": \"" + std::string(n, 'a') + "\"}";
    };
    CHECK(with(R"("firmware": {"file": "a", "server": "192.0.2.99", )" + digest(64)).empty());
    CHECK(with(R"("firmware": {"file": "a", "server": "192.0.2.99", )" + digest(63)) ==
          Places{place + "/sha256"});
    CHECK(with_files(R"("firmware": {"file": "a", )" + digest(64)) == Places{place + "/sha256"});
  }
}

TEST_CASE("a template has one text, a name, and a service to be fetched from", "[config]") {
  const std::string place = kClass + "/templates/0";
  CHECK(with_files(R"("templates": [{"name": "{mac}.cfg", "text": "ip={private_address}"}])")
            .empty());
  CHECK(with(R"("templates": [{"name": "{mac}.cfg", "text": "x"}])") == Places{place});
  CHECK(with_files(R"("templates": [{"name": "a", "text": "x", "file": "y"}])") == Places{place});
  CHECK(with_files(R"("templates": [{"name": "a"}])") == Places{place});
  CHECK(with_files(R"("templates": [{"name": "", "text": "x"}])") == Places{place + "/name"});
  CHECK(with_files(R"("templates": [{"name": "a", "text": "x"}, {"name": "a", "text": "y"}])") ==
        Places{kClass + "/templates/1/name"});
}

TEST_CASE("a template's placeholders are those that a lease can fill", "[config]") {
  const std::string place = kClass + "/templates/0";
  CHECK(with_files(R"("templates": [{"name": "a", "text": "{public_adress}"}])") ==
        Places{place + "/text"});
  CHECK(with_files(R"("templates": [{"name": "{first_port}.cfg", "text": "x"}])") ==
        Places{place + "/name"});
}

TEST_CASE("options by number: none that is the protocol's or another key's", "[config][D-12]") {
  const std::string place = kClass + "/options/0";
  CHECK(with(R"("options": [{"code": 160, "text": "http://198.51.100.9/"}])").empty());
  CHECK(with(R"("options": [{"code": 132, "hex": "00:c8"}])").empty());
  CHECK(with(R"("options": [{"code": 72, "addresses": ["192.0.2.1"]}])").empty());
  const auto code = GENERATE(1, 3, 51, 53, 54, 55, 61, 82, 125, 159);
  CHECK(with("\"options\": [{\"code\": " + std::to_string(code) + ", \"text\": \"x\"}]") ==
        Places{place + "/code"});
  SECTION("option 43 is set one way only") {
    CHECK(with(R"("options": [{"code": 43, "hex": "0101"}])").empty());
    CHECK(with(R"("option_43": true, "options": [{"code": 43, "hex": "0101"}])") ==
          Places{place + "/code"});
  }
  SECTION("an option with a key of its own is set there or here") {
    CHECK(with(R"("options": [{"code": 6, "addresses": ["192.0.2.1"]}])").empty());
    CHECK(with(R"("dns": ["192.0.2.1"], "options": [{"code": 6, "addresses": ["192.0.2.1"]}])") ==
          Places{place + "/code"});
  }
  SECTION("a number is given once") {
    CHECK(with(R"("options": [{"code": 160, "text": "a"}, {"code": 160, "text": "b"}])") ==
          Places{kClass + "/options/1/code"});
  }
  SECTION("a value is given one way, and fits") {
    CHECK(with(R"("options": [{"code": 160}])") == Places{place});
    CHECK(with(R"("options": [{"code": 160, "text": "a", "hex": "00"}])") == Places{place});
    CHECK(with(R"("options": [{"code": 160, "hex": "0"}])") == Places{place + "/hex"});
    CHECK(with(R"("options": [{"code": 160, "text": ""}])") == Places{place + "/text"});
    CHECK(with(R"("options": [{"code": 255, "text": "a"}])") == Places{place + "/code"});
  }
}
