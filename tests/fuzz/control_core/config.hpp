// SPDX-License-Identifier: BSD-3-Clause
// What the control core is configured to do.
#pragma once

#include "support/bed_config.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace portico::fuzz {

/// So few ranges and addresses that they change hands; a reserved port in the midst of them.
inline constexpr std::string_view kConfig = R"({
  "ports": [{"name": "lan0", "device": "a"}, {"name": "wan0", "device": "b"}],
  "lan": {"port": "lan0", "address": "10.20.0.1/24", "relays": ["10.30.0.1"],
          "routes": [{"prefix": "10.30.0.0/28", "via": "10.20.0.2"}]},
  "wan": {"port": "wan0", "address": "198.51.100.2/24", "router": "198.51.100.1"},
  "pools": {
    "private": [
      {"name": "phones", "network": "10.20.0.0/24", "first": "10.20.0.16", "last": "10.20.0.23"},
      {"name": "branch", "network": "10.30.0.0/28", "via": "10.20.0.2", "router": "10.30.0.1",
       "first": "10.30.0.4", "last": "10.30.0.6"}],
    "public": [
      {"name": "direct", "addresses": "203.0.113.0/31", "reserved": [{"first": 40000, "last": 40001}]},
      {"name": "provider", "addresses": "192.0.2.0/32", "identity": "tunnel"}]},
  "phones": {
    "macs": {"default": "allow"},
    "classes": [
      {"name": "sip", "vendor_class": ["ACME-*"], "ports": 16384, "private_pool": "phones",
       "public_pool": "direct", "lease_s": 600},
      {"name": "softphone", "vendor_class": ["SOFT"], "ports": 4096, "private_pool": "phones",
       "public_pool": "direct", "tunnel_pool": "provider", "uses": "signalling", "lease_s": 300,
       "leases_per_mac": 2},
      {"name": "branch", "vendor_class": ["BRANCH"], "ports": 2048, "private_pool": "branch",
       "tunnel_pool": "provider", "uses": "tunnel", "lease_s": 600},
      {"name": "lasting", "vendor_class": ["LASTING"], "ports": 1024, "private_pool": "phones",
       "public_pool": "direct", "lease_s": 3600}],
    "static": [{"private_address": "10.20.0.20", "mac": "00:1b:2c:00:09:01", "first_port": 8192,
                "ports": 4096, "public_address": "203.0.113.0"}]},
  "tunnel": {"file": "tunnels.jsonl", "keys": "tunnel-keys.jsonl",
             "signalling": {"servers": ["198.18.0.0/15"]}},
  "dhcp": {"enterprise": 32473},
  "tftp": {"root": "/srv/tftp"}
})";

/// The second one has leases without an end.
inline const gateway::Plan& plan_by(std::uint8_t choice) {
  static const std::array plans{
      support::plan_of(kConfig),
      support::plan_of(
          support::with(std::string{kConfig}, R"("lease_s": 3600)", R"("lease_s": 4294967295)"))};
  return plans[choice % plans.size()];
}

}  // namespace portico::fuzz
