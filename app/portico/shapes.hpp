// SPDX-License-Identifier: BSD-3-Clause
// From the configuration to what each part is built from: the one place that knows both sides.
#pragma once

#include "config/model.hpp"
#include "datapath/worker.hpp"
#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/ports.hpp"
#include "gateway/gateway.hpp"

namespace portico::app {

[[nodiscard]] dpdk::EalOptions eal_options(const config::Config& config,
                                           const std::vector<std::string>& more_arguments);
[[nodiscard]] const config::Port& port_of(const config::Config& config, Side side);
[[nodiscard]] const config::Network& network_of(const config::Config& config, Side side);
[[nodiscard]] dpdk::PortOptions port_options(const config::Config& config, Side side);

[[nodiscard]] datapath::NextHops::Shape next_hops_shape(const config::Config& config,
                                                        const gateway::Plan& plan);
/// What both roles' control cores want.
[[nodiscard]] gateway::CoreSettings core_settings(const config::Config& config,
                                                  const std::array<Mac, kSides>& macs);
[[nodiscard]] gateway::Settings gateway_settings(const config::Config& config,
                                                 const std::array<Mac, kSides>& macs);
/// Of every worker, whose index it is for.
[[nodiscard]] tunnel::Tunnels::Shape tunnels_shape(const config::Config& config, unsigned worker);
[[nodiscard]] tunnel::Reassembly::Shape reassembly_shape(const config::Config& config) noexcept;
[[nodiscard]] concentrator::Shape blocks_shape(const config::Config& config);

/// Addresses that phones have behind tunnels; of a concentrator none.
[[nodiscard]] std::vector<Prefix> tunnel_pools(const config::Config& config);

/// Workers there are: in one-lcore mode the control core turns one.
[[nodiscard]] std::size_t worker_count(const config::Config& config) noexcept;

}  // namespace portico::app
