// SPDX-License-Identifier: BSD-3-Clause
// Any text as the tunnels' records and as their keys: no crash, what is accepted is as it must be,
// and whatever the reader of keys takes for JSON is JSON, with the same texts in it.
#include "base/expects.hpp"
#include "base/hex.hpp"
#include "config/tunnel_keys.hpp"
#include "config/tunnel_records.hpp"
#include "config/tunnels.hpp"

#include <nlohmann/json.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace portico;
using namespace portico::config;

namespace {

std::string line_of(std::string_view text, std::size_t number) {
  for (; number > 1; --number) text.remove_prefix(text.find('\n') + 1);
  return std::string{text.substr(0, text.find('\n'))};
}

void check_records(std::string_view text) {
  FileProblems problems{"records"};
  for (const auto& [record, line] : read_records(text, problems)) {
    expects(!record.name.empty() && !record.blocks.empty() && !record.remote.empty(),
            "a record names what it joins");
    expects(record.gateway != record.concentrator, "a tunnel has two ends");
    for (const auto& block : record.blocks)
      expects(block.first <= block.last && block.address != record.gateway, "a block is inside");
    if (record.encapsulation == tunnel::Encapsulation::Ipip) continue;
    expects(std::has_single_bit(record.sas) && record.spi_in >= 256 && record.spi_out >= 256,
            "every SA has an SPI");
    expects(record.spi_in + (record.sas - 1) >= record.spi_in, "the last SA as well");
  }
}

void check_keys(std::string_view text) {
  FileProblems problems{"keys"};
  const auto sets = read_keys(text, problems);
  if (!problems.none()) return;
  for (const auto& [keys, line] : sets) {
    const auto json = nlohmann::json::parse(line_of(text, line), nullptr, false);
    expects(json.is_object() && json.size() == 3 && json["name"] == keys.name, "it is JSON");
    for (std::size_t i = 0; i < keys.out.size(); ++i) {
      const auto octets = keys.out[i].octets();
      const auto expected = parse_hex(json["out"][i].get<std::string>());
      expects(std::equal(octets.begin(), octets.end(), expected->begin(), expected->end()),
              "the keys are those of the text");
    }
  }
}

/// A gateway at the address of the corpus' records.
Config gateway() {
  Config config;
  config.ports = {{.name = "wan0", .device = "x"}};
  config.lan.address = *parse_interface("10.20.0.1/16");
  config.wan.port = "wan0";
  config.wan.address = *parse_interface("198.51.100.2/24");
  config.tunnel.file = "records";
  config.pools.public_pools = {
      {.name = "p", .addresses = "192.0.2.0/31"_net, .identity = Identity::Tunnel, .reserved = {}}};
  config.phones.classes.resize(1);
  config.phones.classes[0].tunnel_pool = "p";
  config.phones.classes[0].ports = 64;
  return config;
}

void check_together(std::string_view text) {
  const auto gap = text.find("\n\n");
  const auto config = gateway();
  const auto tunnels = read_tunnels(config, text.substr(0, gap),
                                    gap == text.npos ? std::string_view{} : text.substr(gap));
  if (!tunnels.errors.empty()) return;
  expects(tunnels.keys.size() == tunnels.records.size(), "each tunnel has its keys");
  for (std::uint32_t first = 1024; first < 65536; first += 64) {
    const PortRange range{static_cast<std::uint16_t>(first), 64};
    if (!ports::touches_reserved(range, tunnels.outside.at(0)))
      expects(tunnels.blocks.tunnel_of("192.0.2.1"_ip, range).has_value(),
              "what may be granted is behind a tunnel");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_records(text);
  check_keys(text);
  check_together(text);
  return 0;
}
