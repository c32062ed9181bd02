// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/surroundings.hpp"

#include <catch2/catch.hpp>

#include "site.hpp"
#include <random>

using namespace portico;
using namespace portico::datapath;

namespace {

const Links kLinks{Link{{site::kLanMac, {"10.20.0.1"_ip, 16}, 0, 1500}},
                   Link{{site::kWanMac, {"198.51.100.2"_ip, 24}, 0, 1500}}};
const nappt::Shape kShape{.private_pools = {"10.30.0.0/16"_net, "100.64.128.0/17"_net},
                          .strays = {"192.168.0.9"_ip},
                          .public_pools = {{"203.0.113.0/25"_net, 64}}};

}  // namespace

TEST_CASE("elsewhere is what is neither ours, nor a phone's, nor nobody's", "[datapath][F-8]") {
  const Surroundings around{kLinks, kShape};
  for (const auto host : {"192.0.2.80"_ip, "1.0.0.1"_ip, "223.255.255.255"_ip, "10.19.255.255"_ip,
                          "10.31.0.0"_ip, "100.64.127.255"_ip, "192.168.0.8"_ip, "192.168.0.10"_ip,
                          "203.0.113.128"_ip, "198.51.100.1"_ip, "198.51.101.1"_ip})
    CHECK(around.is_elsewhere(host));
  for (const auto near : {"0.0.0.0"_ip, "127.0.0.1"_ip, "224.0.0.1"_ip, "255.255.255.255"_ip,
                          "10.20.0.1"_ip, "10.20.7.7"_ip, "10.30.0.0"_ip, "10.30.255.255"_ip,
                          "100.64.128.0"_ip, "192.168.0.9"_ip, "203.0.113.0"_ip, "203.0.113.127"_ip,
                          "198.51.100.2"_ip, "198.51.100.0"_ip, "198.51.100.255"_ip})
    CHECK_FALSE(around.is_elsewhere(near));
}
