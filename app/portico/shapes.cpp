// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/shapes.hpp"

#include "datapath/buffer.hpp"
#include "neighbor/table.hpp"

#include <algorithm>

namespace portico::app {

std::size_t worker_count(const config::Config& config) noexcept {
  return std::max<std::size_t>(config.eal.worker_cores.size(), 1);
}

const config::Network& network_of(const config::Config& config, Side side) {
  return side == Side::Lan ? config.lan : config.wan;
}

const config::Port& port_of(const config::Config& config, Side side) {
  const auto& name = network_of(config, side).port;
  return *std::find_if(config.ports.begin(), config.ports.end(),
                       [&name](const auto& port) { return port.name == name; });
}

dpdk::EalOptions eal_options(const config::Config& config,
                             const std::vector<std::string>& more_arguments) {
  const auto& eal = config.eal;
  dpdk::EalOptions options;
  options.main_core = eal.main_core;
  options.worker_cores = eal.worker_cores;
  options.hugepages = static_cast<dpdk::Hugepages>(eal.hugepages);
  options.memory_mib = eal.memory_mib;
  for (const auto& port : config.ports) options.devices.push_back(port.device);
  options.arguments = eal.arguments;
  options.arguments.insert(options.arguments.end(), more_arguments.begin(), more_arguments.end());
  return options;
}
static_assert(static_cast<int>(config::Hugepages::No) == static_cast<int>(dpdk::Hugepages::No));

dpdk::PortOptions port_options(const config::Config& config, Side side) {
  const auto& port = port_of(config, side);
  return {.name = port.name,
          .device = port.device,
          .mtu = port.mtu,
          .packets = port.packets,
          .workers = static_cast<std::uint16_t>(worker_count(config)),
          .private_size = datapath::kPrivateSize};
}

datapath::NextHops::Shape next_hops_shape(const config::Config& config, const gateway::Plan& plan) {
  datapath::NextHops::Shape shape;
  shape.capacity = neighbor::Config{}.capacity + 1;
  shape.on_link = config.wan.address.network();
  for (const auto& route : plan.routes)
    if (route.router.side == Side::Wan)
      shape.routes.push_back({route.prefix, plan.hop_of(Side::Wan, route.router.address)});
  return shape;
}

gateway::Settings gateway_settings(const config::Config& config,
                                   const std::array<Mac, kSides>& macs) {
  gateway::Settings settings;
  for (const auto side : {Side::Lan, Side::Wan}) {
    const auto i = static_cast<std::size_t>(side);
    const auto& network = network_of(config, side);
    const auto& port = port_of(config, side);
    settings.links[i] = {macs[i], network.address, port.vlan};
    settings.icmp_per_s[i] = network.icmp_per_s;
    settings.mtu[i] = port.mtu;
  }
  const auto lan_mtu = settings.mtu[static_cast<std::size_t>(Side::Lan)];
  settings.leases = {.pending = config.dhcp.pending,
                     .quarantine = std::chrono::seconds{config.leases.quarantine_s},
                     .decline = std::chrono::seconds{config.dhcp.decline_s}};
  settings.offers.offer_hold = std::chrono::seconds{config.dhcp.offer_hold_s};
  settings.probe_wait = std::chrono::milliseconds{config.dhcp.probe_ms};
  settings.dhcp = {.server = config.lan.address.address,
                   .mtu = lan_mtu,
                   .enterprise = config.dhcp.enterprise,
                   .per_mac_per_s = config.dhcp.per_mac_per_s,
                   .per_port_per_s = config.dhcp.per_port_per_s,
                   .pending = config.dhcp.pending};
  auto& tftp = settings.tftp;
  tftp.address = config.lan.address.address;
  tftp.transfers = config.tftp.root.empty() ? 0 : config.tftp.transfers;
  tftp.transfers_per_phone = config.tftp.transfers_per_phone;
  tftp.retries = config.tftp.retries;
  tftp.limits.mtu = lan_mtu;
  tftp.limits.max_windowsize = config.tftp.max_windowsize;
  tftp.limits.timeout = std::chrono::seconds{config.tftp.timeout_s};
  return settings;
}

}  // namespace portico::app
