// SPDX-License-Identifier: BSD-3-Clause
// The samples' tunnel, from both of its ends, and what is wrong with a changed one.
#pragma once

#include "config/tunnels.hpp"

#include "unit/config/sample.hpp"
#include <cstdio>

namespace portico::config {

/// One key of `octets`, no two of different `number` alike.
inline std::string key(unsigned number, std::size_t octets = 20) {
  std::string digits;
  for (std::size_t i = 0; i < octets; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(number + 7 * i) & 255);
    digits += two;
  }
  return '"' + digits + '"';
}
inline std::string key_line(const std::string& name, unsigned number) {
  return R"({"name": ")" + name + R"(", "out": [)" + key(number) + R"(], "in": [)" +
         key(number + 1) + "]}\n";
}

inline const std::string kRecord =
    R"({"name": "one", "gateway": "198.51.100.2", "concentrator": "203.0.113.9",
 "spi_out": 256, "spi_in": 256, "key": "k1", "remote": ["192.0.2.64/26"],
 "blocks": [{"address": "192.0.2.0"}]})";

/// A line of kRecord with its first `was` replaced by `now`; one `was` of each pair.
inline std::string record(
    std::initializer_list<std::pair<std::string_view, std::string_view>> changes = {}) {
  auto text = kRecord;
  for (const auto& [was, now] : changes) text.replace(text.find(was), was.size(), now);
  std::erase(text, '\n');
  return text + '\n';
}

/// A gateway of kSample with tunnels; its concentrator of kConcentratorSample.
inline Config gateway_end() {
  auto config =
      parse(changed("\"dhcp\":", R"("tunnel": {"file": "t", "keys": "k"}, "dhcp":)")).config;
  config.pools.public_pools[1].addresses = "192.0.2.0/32"_net;
  return config;
}
inline Config concentrator_end() {
  auto config = parse(kConcentratorSample).config;
  config.tunnel.file = "t";
  config.tunnel.keys = "k";
  return config;
}

inline std::vector<std::string> problems(const Config& config, const std::string& records,
                                         const std::string& keys = key_line("k1", 1)) {
  std::vector<std::string> all;
  for (const auto& e : read_tunnels(config, records, keys).errors) all.push_back(to_string(e));
  return all;
}
inline Places tunnel_places(const Config& config, const std::string& records,
                            const std::string& keys = key_line("k1", 1)) {
  Places all;
  for (const auto& e : read_tunnels(config, records, keys).errors) all.push_back(e.where);
  return all;
}

}  // namespace portico::config
