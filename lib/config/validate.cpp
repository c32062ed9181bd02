// SPDX-License-Identifier: BSD-3-Clause
#include "config/validate.hpp"

#include "admission/mac_policy.hpp"
#include "config/derived.hpp"
#include "config/place.hpp"
#include "config/problems.hpp"

namespace portico::config {

void check_ports(const Config& config, Problems& problems) {
  problems.add_if(config.ports.size() < 2, "/ports",
                  "must list a port for the LAN and one for the WAN");
  NamesSeen names;
  std::set<std::string> devices;
  for (std::size_t i = 0; i < config.ports.size(); ++i) {
    const auto& port = config.ports[i];
    const auto place = under("/ports", i);
    names.check(problems, port.name, place);
    problems.add_if(port.device.empty(), place + "/device", "must not be empty");
    problems.add_if(!devices.insert(port.device).second, place + "/device",
                    in_quotes(port.device) + " is another port's device already");
    problems.add_if(
        !port.name.empty() && port.name != config.lan.port && port.name != config.wan.port, place,
        in_quotes(port.name) + " is neither lan.port nor wan.port");
  }
}

void check_macs(const Config& config, Problems& problems) {
  const auto& rules = config.phones.macs.rules;
  for (std::size_t i = 0; i < rules.size(); ++i)
    problems.add_if(
        !admission::parse_mac_pattern(rules[i].match), under("/phones/macs/rules", i) + "/match",
        "must be an address, an OUI, or address/mask without bits outside the mask, is " +
            in_quotes(rules[i].match));
}

void check_services(const Config& config, Problems& problems) {
  // sun_path of Linux holds 108 octets, the last of them NUL (unix(7)).
  constexpr std::size_t kMaxSocketPath = 107;
  const auto& management = config.management;
  problems.add_if(config.leases.file.empty(), "/leases/file", "must not be empty");
  problems.add_if(!management.http.empty() && !parse_endpoint(management.http), "/management/http",
                  "must be address:port, is " + in_quotes(management.http));
  problems.add_if(management.socket.size() > kMaxSocketPath, "/management/socket",
                  "must be at most 107 octets long");
  problems.add_if(config.tftp.transfers_per_phone > config.tftp.transfers,
                  "/tftp/transfers_per_phone", "must not be more than tftp.transfers");
}

std::vector<Error> validate(const Config& config) {
  Problems problems;
  check_ports(config, problems);
  check_networks(config, problems);
  check_macs(config, problems);
  check_classes(config, problems);
  check_statics(config, problems);
  check_private_pools(config, problems);
  check_public_pools(config, problems);
  check_tunnel(config, problems);
  check_services(config, problems);
  return std::move(problems).take();
}

}  // namespace portico::config
