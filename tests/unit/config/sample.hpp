// SPDX-License-Identifier: BSD-3-Clause
// A small valid configuration, and the problems of a changed one.
#pragma once

#include "config/load.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace portico::config {

inline constexpr std::string_view kSample = R"({
  // comments are allowed
  "ports": [
    {"name": "lan0", "device": "net_tap0,iface=lan0"},
    {"name": "wan0", "device": "net_tap1,iface=wan0"}
  ],
  "lan": {"port": "lan0", "address": "10.20.0.1/16"},
  "wan": {"port": "wan0", "address": "198.51.100.2/24", "router": "198.51.100.1"},
  "pools": {
    "private": [
      {"name": "phones", "network": "10.20.0.0/16"},
      {"name": "branch", "network": "10.30.0.0/24", "via": "10.20.0.2", "router": "10.30.0.1"}
    ],
    "public": [
      {"name": "direct", "addresses": "203.0.113.0/29"},
      {"name": "provider", "addresses": "192.0.2.0/28", "identity": "tunnel"}
    ]
  },
  "phones": {
    "macs": {"default": "deny", "rules": [{"match": "00:1b:2c", "verdict": "allow"}]},
    "classes": [
      {"name": "sip", "vendor_class": ["ACME-SIP-*"], "ports": 64,
       "private_pool": "phones", "public_pool": "direct"}
    ],
    "static": []
  },
  "dhcp": {"enterprise": 32473}
})";

/// A small valid configuration of the other role.
inline constexpr std::string_view kConcentratorSample = R"({
  "role": "concentrator",
  "ports": [{"name": "lan0", "device": "a"}, {"name": "wan0", "device": "b"}],
  "lan": {"port": "lan0", "address": "192.0.2.66/26", "router": "192.0.2.65"},
  "wan": {"port": "wan0", "address": "203.0.113.9/24"},
  "tunnel": {"file": "tunnels.jsonl", "keys": "keys", "blocks": [
    {"addresses": "192.0.2.0/28", "granule": 16384, "announce": "route"},
    {"addresses": "10.99.0.0/30"}
  ]}
})";

/// kSample with its first `was` replaced by `now`.
inline std::string changed(std::string_view was, std::string_view now) {
  std::string text{kSample};
  return text.replace(text.find(was), was.size(), now);
}
inline std::string changed_concentrator(std::string_view was, std::string_view now) {
  std::string text{kConcentratorSample};
  return text.replace(text.find(was), was.size(), now);
}

/// The places of all problems, in order.
inline std::vector<std::string> places(const std::string& text) {
  std::vector<std::string> result;
  for (const auto& e : parse(text).errors) result.push_back(e.where);
  return result;
}

using Places = std::vector<std::string>;

}  // namespace portico::config
