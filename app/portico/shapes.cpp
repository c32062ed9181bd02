// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/shapes.hpp"

#include "datapath/buffer.hpp"
#include "neighbor/table.hpp"

#include <algorithm>

namespace portico::app {
namespace {

std::size_t most_sas(const config::Config& config) noexcept {
  return config.tunnel.capacity * tunnel::kSasATunnel;
}

/// 0: without a limit, as an Allowance says it.
tunnel::Allowance allowance_of(const config::Lifetime& lifetime) noexcept {
  tunnel::Allowance allowance;
  if (lifetime.packets > 0) allowance.packets = lifetime.packets;
  if (lifetime.octets > 0) allowance.octets = lifetime.octets;
  if (lifetime.seconds > 0) allowance.time = std::chrono::seconds{lifetime.seconds};
  return allowance;
}

}  // namespace

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
  shape.on_link = {{config.wan.address.network(), Side::Wan}};
  const bool is_concentrator = config.role == config::Role::Concentrator;
  if (is_concentrator) shape.on_link.push_back({config.lan.address.network(), Side::Lan});
  for (const auto& [prefix, router] : plan.routes)
    if (router.side == Side::Wan || is_concentrator)
      shape.routes.push_back({prefix, plan.hop_of(router.side, router.address)});
  return shape;
}

tunnel::Tunnels::Shape tunnels_shape(const config::Config& config, unsigned worker) {
  tunnel::Tunnels::Shape shape{.worker = static_cast<std::uint16_t>(worker)};
  if (config.tunnel.file.empty()) return shape;
  shape.capacity = config.tunnel.capacity + 1;
  shape.sas = most_sas(config);
  return shape;
}

/// The fragments of a packet come together: so many incomplete ones at once are a flood.
tunnel::Reassembly::Shape reassembly_shape(const config::Config& config) noexcept {
  return {.packets = config.tunnel.file.empty() ? 0u : 64u};
}

std::vector<Prefix> tunnel_pools(const config::Config& config) {
  std::vector<Prefix> pools;
  for (const auto& pool : config.pools.public_pools)
    if (pool.identity == config::Identity::Tunnel) pools.push_back(pool.addresses);
  return pools;
}

concentrator::Shape blocks_shape(const config::Config& config) {
  concentrator::Shape shape;
  for (const auto& blocks : config.tunnel.blocks)
    shape.pools.push_back({blocks.addresses, blocks.granule});
  return shape;
}

gateway::CoreSettings core_settings(const config::Config& config,
                                    const std::array<Mac, kSides>& macs) {
  gateway::CoreSettings settings;
  for (const auto side : {Side::Lan, Side::Wan}) {
    const auto i = static_cast<std::size_t>(side);
    const auto& network = network_of(config, side);
    settings.links[i] = {macs[i], network.address, port_of(config, side).vlan};
    settings.icmp_per_s[i] = network.icmp_per_s;
  }
  const auto& tunnel = config.tunnel;
  settings.tunnels = {.end = config.role == config::Role::Gateway ? tunnel::End::Gateway
                                                                  : tunnel::End::Concentrator,
                      .own = config.wan.address.address,
                      .workers = static_cast<std::uint16_t>(worker_count(config)),
                      .link_mtu = port_of(config, Side::Wan).mtu,
                      .window = tunnel.replay_window,
                      .capacity = tunnel.capacity,
                      .sas = most_sas(config),
                      .dressing = {tunnel.dscp, static_cast<tunnel::DontFragment>(tunnel.df)},
                      .hard = allowance_of(tunnel.hard),
                      .soft = allowance_of(tunnel.soft),
                      .switch_after = std::chrono::seconds{tunnel.switch_s},
                      .linger = std::chrono::seconds{tunnel.linger_s}};
  settings.learn_path_mtu = tunnel.learn_path_mtu;
  if (config.role == config::Role::Gateway)
    settings.keepalive = std::chrono::seconds{tunnel.keepalive_s};
  return settings;
}
static_assert(static_cast<int>(config::Df::Clear) == static_cast<int>(tunnel::DontFragment::Clear));

gateway::Settings gateway_settings(const config::Config& config,
                                   const std::array<Mac, kSides>& macs) {
  gateway::Settings settings;
  static_cast<gateway::CoreSettings&>(settings) = core_settings(config, macs);
  const auto lan_mtu = port_of(config, Side::Lan).mtu;
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
