// SPDX-License-Identifier: BSD-3-Clause
#include "config/derived.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::config;

namespace {

Network lan() {
  Network network;
  network.address = *parse_interface("10.20.0.1/16");
  return network;
}

PrivatePool pool_of(Prefix prefix) {
  PrivatePool pool;
  pool.network = prefix;
  return pool;
}

}  // namespace

TEST_CASE("a pool leases from its second usable address to its last, unless it says otherwise",
          "[config]") {
  auto pool = pool_of("10.20.0.0/24"_net);
  CHECK(leasable(pool).first == "10.20.0.2"_ip);
  CHECK(leasable(pool).last == "10.20.0.254"_ip);
  pool.first = "10.20.0.100"_ip;
  pool.last = "10.20.0.199"_ip;
  CHECK(leasable(pool).first == "10.20.0.100"_ip);
  CHECK(leasable(pool).last == "10.20.0.199"_ip);
  CHECK(leasable(pool_of("10.20.0.0/31"_net)).is_empty());
}

TEST_CASE("phones' router is our LAN address on the link, and what the pool says elsewhere",
          "[config]") {
  auto pool = pool_of("10.20.0.0/24"_net);
  CHECK(is_attached(pool, lan()));
  CHECK(router_of(pool, lan()) == "10.20.0.1"_ip);
  pool.network = "10.30.0.0/24"_net;
  CHECK_FALSE(is_attached(pool, lan()));
  CHECK_FALSE(router_of(pool, lan()));
  pool.via = "10.20.0.2"_ip;
  CHECK(router_of(pool, lan()) == "10.20.0.2"_ip);
  pool.router = "10.30.0.1"_ip;
  CHECK(router_of(pool, lan()) == "10.30.0.1"_ip);
}

TEST_CASE("addresses that are somebody's already are never leased", "[config]") {
  Config config;
  config.lan = lan();
  config.lan.relays = {"10.20.0.3"_ip};
  config.wan.address = *parse_interface("198.51.100.2/24");
  config.pools.private_pools = {pool_of("10.30.0.0/24"_net)};
  config.pools.private_pools[0].via = "10.20.0.2"_ip;
  config.pools.private_pools[0].router = "10.30.0.1"_ip;
  config.phones.statics.resize(1);
  config.phones.statics[0].private_address = "10.20.9.1"_ip;
  CHECK(never_leased(config) == std::vector{"10.20.0.1"_ip, "10.20.0.2"_ip, "10.20.0.3"_ip,
                                            "10.20.9.1"_ip, "10.30.0.1"_ip, "198.51.100.2"_ip});
}

TEST_CASE("an endpoint is an address, a colon and a port", "[config]") {
  CHECK(parse_endpoint("127.0.0.1:8080") == wire::Endpoint{"127.0.0.1"_ip, 8080});
  for (const auto* bad : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                          "127.0.0.1:80x", "127.0.0.1:-1", "x:80"})
    CHECK_FALSE(parse_endpoint(bad));
}
