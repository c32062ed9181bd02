// SPDX-License-Identifier: BSD-3-Clause
#include "config/tunnels.hpp"

#include <catch2/catch.hpp>

#include "unit/config/tunnel_sample.hpp"

using namespace portico;
using namespace portico::config;

namespace {

using Texts = std::vector<std::string>;

/// Another record beside kRecord: nothing of it is the first's.
std::string second(
    std::initializer_list<std::pair<std::string_view, std::string_view>> changes = {}) {
  auto text = record({{"\"one\"", "\"two\""},
                      {"\"spi_in\": 256", "\"spi_in\": 512"},
                      {"\"spi_out\": 256", "\"spi_out\": 512"},
                      {"k1", "k2"},
                      {"192.0.2.64/26", "192.0.2.128/26"},
                      {"\"192.0.2.0\"", "\"192.0.2.1\""}});
  for (const auto& [was, now] : changes) text.replace(text.find(was), was.size(), now);
  return text;
}

const std::string kTwoKeys = key_line("k1", 1) + key_line("k2", 3);

/// A gateway whose class of phones uses the tunnel pool for ranges of `ports`.
Config with_class(std::uint32_t ports) {
  auto config = gateway_end();
  auto& c = config.phones.classes[0];
  c.uses = Uses::Tunnel;
  c.public_pool.clear();
  c.tunnel_pool = "provider";
  c.ports = ports;
  return config;
}

std::string with_blocks(std::string_view blocks) {
  return record({{R"({"address": "192.0.2.0"})", blocks}});
}

}  // namespace

TEST_CASE("each end takes the tunnels of its own address", "[config][tunnel]") {
  const auto text = record() + second({{"198.51.100.2", "198.51.100.9"}});
  const auto at_gateway = read_tunnels(gateway_end(), text, kTwoKeys);
  CHECK(at_gateway.errors.empty());
  REQUIRE(at_gateway.records.size() == 1);
  CHECK(at_gateway.others == 1);
  CHECK(at_gateway.keys.at(0).name == "k1");
  const auto at_concentrator = read_tunnels(concentrator_end(), text, kTwoKeys);
  for (const auto& e : at_concentrator.errors) UNSCOPED_INFO(to_string(e));
  CHECK(at_concentrator.errors.empty());
  REQUIRE(at_concentrator.records.size() == 2);
  CHECK(at_concentrator.keys.at(1).name == "k2");
  SECTION("but no gateway is a concentrator") {
    auto config = gateway_end();
    config.wan.address.address = "203.0.113.9"_ip;
    CHECK(tunnel_places(config, record()) == Places{"t:1: /concentrator"});
  }
}

TEST_CASE("no two tunnels share a name, an SPI, a key or a port", "[config][tunnel][E-7]") {
  const auto both = [](std::initializer_list<std::pair<std::string_view, std::string_view>> c) {
    return problems(gateway_end(), record() + second(c), kTwoKeys);
  };
  CHECK(both({}).empty());
  CHECK(both({{"\"two\"", "\"one\""}}) ==
        Texts{R"(t:2: /name: "one" is the name of line 1 already)"});
  CHECK(both({{"\"spi_in\": 512", "\"spi_in\": 256"}}) ==
        Texts{R"(t:2: /spi_in: SPIs 256 to 256 overlap those of tunnel "one")"});
  CHECK(both({{"\"spi_out\": 512", "\"spi_out\": 256"}}) ==
        Texts{R"(t:2: /spi_out: SPIs 256 to 256 overlap those of tunnel "one")"});
  CHECK(both({{"\"192.0.2.1\"", "\"192.0.2.0\""}}) ==
        Texts{R"(t:2: /blocks/0: ports 0 to 65535 of 192.0.2.0 overlap a block of tunnel "one")"});
  CHECK(both({{"k2", "k1"}}).at(0) == R"(t:2: /key: "k1" is tunnel "one"'s already)");
  CHECK(both({{"192.0.2.128/26", "192.0.2.96/27"}}) ==
        Texts{R"(t:2: /remote/0: 192.0.2.96/27 overlaps tunnel "one"'s 192.0.2.64/26)"});
  SECTION("SPIs to different ends are different") {
    CHECK(both({{"203.0.113.9", "203.0.113.8"}, {"\"spi_out\": 512", "\"spi_out\": 256"}}).empty());
  }
  SECTION("at a concentrator every tunnel leads to the same network") {
    CHECK(problems(concentrator_end(), record() + second({{"192.0.2.128/26", "192.0.2.64/26"}}),
                   kTwoKeys)
              .empty());
  }
}

TEST_CASE("every SA has an SPI of its own, not only the first", "[config][tunnel]") {
  const auto text = record({{"\"spi_in\": 256", "\"sas\": 4, \"spi_in\": 509"}}) + second();
  CHECK(tunnel_places(gateway_end(), text, kTwoKeys) == Places{"t:2: /spi_in"});
}

TEST_CASE("a remote network is none of this end's own", "[config][tunnel]") {
  const auto remote = [](std::string_view prefix) {
    return tunnel_places(gateway_end(), record({{"192.0.2.64/26", prefix}}));
  };
  CHECK(remote("10.20.9.0/24") == Places{"t:1: /remote/0", "t:1: /remote/0"});
  CHECK(remote("10.30.0.0/24") == Places{"t:1: /remote/0"});
  CHECK(remote("198.51.100.128/25") == Places{"t:1: /remote/0"});
  CHECK(tunnel_places(gateway_end(), record({{"203.0.113.9", "10.20.0.9"}})) ==
        Places{"t:1: /concentrator"});
}

TEST_CASE("a path is no wider than the port that leads to it", "[config][tunnel]") {
  CHECK(tunnel_places(gateway_end(), record({{"\"spi_in\"", "\"mtu\": 1501, \"spi_in\""}})) ==
        Places{"t:1: /mtu"});
}

TEST_CASE("each tunnel finds its keys, enough and of the right length", "[config][tunnel]") {
  CHECK(problems(gateway_end(), record(), "") ==
        Texts{R"(t:1: /key: tunnel.keys has none by the name "k1")"});
  CHECK(problems(gateway_end(), record(), kTwoKeys) ==
        Texts{"k:2: /name: is the key of no tunnel"});
  CHECK(problems(gateway_end(), record({{"\"spi_in\"", "\"sas\": 2, \"spi_in\""}})) ==
        Texts{R"(k:1: /out: holds 1 keys, tunnel "one" has 2 SAs)",
              R"(k:1: /in: holds 1 keys, tunnel "one" has 2 SAs)"});
  CHECK(problems(gateway_end(),
                 record({{"\"spi_in\"", "\"algorithm\": \"aes-gcm-256\", \"spi_in\""}})) ==
        Texts{"k:1: /out/0: must be 36 octets for aes-gcm-256, is 20",
              "k:1: /in/0: must be 36 octets for aes-gcm-256, is 20"});
}

TEST_CASE("more tunnels than there is room for are refused", "[config][tunnel]") {
  auto config = gateway_end();
  config.tunnel.capacity = 1;
  CHECK(tunnel_places(config, record() + second(), kTwoKeys) == Places{"/tunnel/capacity"});
}

TEST_CASE("a concentrator's blocks are whole granules of its own addresses",
          "[config][tunnel][T5]") {
  const auto blocks = [](std::string_view text) {
    return tunnel_places(concentrator_end(), with_blocks(text));
  };
  CHECK(blocks(R"({"address": "192.0.2.0", "first": 16384, "last": 32767})").empty());
  CHECK(blocks(R"({"address": "192.0.2.0", "first": 1024, "last": 32767})") ==
        Places{"t:1: /blocks/0/first"});
  CHECK(blocks(R"({"address": "192.0.2.0", "last": 32768})") == Places{"t:1: /blocks/0/last"});
  CHECK(blocks(R"({"address": "192.0.2.16"})") == Places{"t:1: /blocks/0/address"});
}

TEST_CASE("what a pool may grant lies behind one tunnel", "[config][tunnel][T7]") {
  const auto all = read_tunnels(
      with_class(64), with_blocks(R"({"address": "192.0.2.0", "first": 32768, "last": 40000},
                                     {"address": "192.0.2.0", "first": 40001, "last": 49151})"),
      key_line("k1", 1));
  for (const auto& e : all.errors) UNSCOPED_INFO(to_string(e));
  CHECK(all.errors.empty());
  CHECK(all.outside == std::vector<std::vector<PortSpan>>{{}, {{0, 32767}, {49152, 65535}}});
  CHECK(all.blocks.tunnel_of("192.0.2.0"_ip, {40000, 64}) == 0);
  CHECK_FALSE(all.blocks.tunnel_of("192.0.2.0"_ip, {49152, 64}));
  CHECK_FALSE(all.blocks.tunnel_of("192.0.2.1"_ip, {40000, 64}));
  SECTION("or else the pool is refused") {
    auto config = with_class(64);
    config.pools.public_pools[1].addresses = "192.0.2.0/31"_net;
    CHECK(problems(config, record()) ==
          Texts{"/pools/public/1/addresses: 192.0.2.1 is in no tunnel's blocks"});
    CHECK(problems(config, with_blocks(R"({"address": "192.0.2.0"},
                                          {"address": "192.0.2.1", "first": 2000})")) ==
          Texts{"/pools/public/1/addresses: 192.0.2.1 has other ports in the tunnels' blocks than "
                "192.0.2.0"});
  }
  SECTION("or the class, or the static phone") {
    CHECK(
        tunnel_places(with_class(64),
                      with_blocks(R"({"address": "192.0.2.0", "first": 40001, "last": 40063})")) ==
        Places{"/phones/classes/0/ports"});
    auto config = gateway_end();
    config.phones.statics = {{.private_address = "10.20.9.1"_ip,
                              .mac = "00:00:5e:00:53:01"_mac,
                              .first_port = 24000,
                              .ports = 16,
                              .public_address = {},
                              .tunnel_address = "192.0.2.0"_ip,
                              .via = {}}};
    CHECK(tunnel_places(config, record()).empty());
    CHECK(tunnel_places(config, with_blocks(R"({"address": "192.0.2.0", "first": 24001})")) ==
          Places{"/phones/static/0/first_port"});
  }
}

TEST_CASE("where one tunnel ends and another begins no range stands across", "[config][tunnel]") {
  const auto boundary = GENERATE(40000u, 40010u);
  const auto up_to = R"("192.0.2.0", "last": )" + std::to_string(boundary - 1);
  const auto from = R"("192.0.2.0", "first": )" + std::to_string(boundary);
  const auto text = record({{R"("192.0.2.0")", up_to}}) + second({{R"("192.0.2.1")", from}});
  const auto all = read_tunnels(with_class(64), text, kTwoKeys);
  CHECK(all.errors.empty());
  const auto outside = all.outside.at(1);
  // 40000 is a multiple of 64.
  if (boundary == 40000)
    CHECK(outside.empty());
  else
    CHECK(outside == std::vector<PortSpan>{{40010, 40010}});
  for (std::uint32_t first = 0; first < 65536; first += 64) {
    const PortRange range{static_cast<std::uint16_t>(first), 64};
    if (first >= 1024 && !ports::touches_reserved(range, outside))
      CHECK(all.blocks.tunnel_of("192.0.2.0"_ip, range));
  }
}

TEST_CASE("signalling goes to servers that a tunnel leads to", "[config][tunnel][V-3]") {
  auto config = gateway_end();
  config.tunnel.signalling.servers = {"192.0.2.64/27"_net};
  CHECK(problems(config, record()).empty());
  config.tunnel.signalling.servers = {"192.0.2.0/25"_net};
  CHECK(problems(config, record()) == Texts{"/tunnel/signalling/servers/0: 192.0.2.0/25 is in no "
                                            "tunnel's remote networks"});
}
