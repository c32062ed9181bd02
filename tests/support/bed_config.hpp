// SPDX-License-Identifier: BSD-3-Clause
// The configuration that a test's gateway has, and plans of it and its like.
#pragma once

#include "base/expects.hpp"
#include "config/load.hpp"
#include "gateway/plan.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace portico::support {

/// Two classes with a pool each, one with two identities; a branch behind a relay.
inline constexpr std::string_view kBedConfig = R"({
  "ports": [{"name": "lan0", "device": "a"}, {"name": "wan0", "device": "b"}],
  "lan": {"port": "lan0", "address": "10.20.0.1/16", "relays": ["10.30.0.1"],
          "routes": [{"prefix": "10.30.0.0/24", "via": "10.20.0.2"}]},
  "wan": {"port": "wan0", "address": "198.51.100.2/24", "router": "198.51.100.1"},
  "pools": {
    "private": [
      {"name": "phones", "network": "10.20.0.0/16", "first": "10.20.1.0", "last": "10.20.1.31"},
      {"name": "branch", "network": "10.30.0.0/24", "via": "10.20.0.2", "router": "10.30.0.1"}],
    "public": [
      {"name": "direct", "addresses": "203.0.113.0/32"},
      {"name": "provider", "addresses": "192.0.2.0/31", "identity": "tunnel"}]},
  "phones": {
    "macs": {"default": "allow"},
    "classes": [
      {"name": "sip", "vendor_class": ["ACME-*"], "ports": 2048, "private_pool": "phones",
       "public_pool": "direct", "lease_s": 3600, "dns": ["192.0.2.53"],
       "firmware": {"file": "acme.bin", "version": "1.2"},
       "templates": [{"name": "{mac}.cfg", "text": "{public_address}:{first_port}-{last_port}"}]},
      {"name": "softphone", "vendor_class": ["SOFT"], "ports": 1024, "private_pool": "phones",
       "public_pool": "direct", "tunnel_pool": "provider", "uses": "signalling", "lease_s": 600},
      {"name": "branch", "vendor_class": ["BRANCH"], "ports": 4096, "private_pool": "branch",
       "tunnel_pool": "provider", "uses": "tunnel"}],
    "static": []},
  "tunnel": {"file": "tunnels.jsonl", "keys": "tunnel-keys.jsonl",
             "signalling": {"servers": ["198.18.0.0/15"]}},
  "dhcp": {"enterprise": 32473},
  "tftp": {"root": "/srv/tftp"}
})";

/// The text with its first `was` replaced by `now`.
inline std::string with(std::string text, std::string_view was, std::string_view now) {
  const auto at = text.find(was);
  expects(at != std::string::npos, "the text to replace is there");
  return text.replace(at, was.size(), now);
}

inline gateway::Plan plan_of(std::string_view config) {
  const auto loaded = config::parse(config);
  expects(loaded.errors.empty(),
          loaded.errors.empty() ? "" : (loaded.errors.front().where.c_str()));
  auto plan = gateway::make_plan(loaded.config);
  expects(plan.has_value(), "a valid configuration makes a plan");
  return std::move(*plan);
}

}  // namespace portico::support
