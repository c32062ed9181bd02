// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/costs.hpp"

#include "app/portico/shapes.hpp"

#include <algorithm>
#include <cstdint>

namespace portico::app {
namespace {

/// Rounded up, in KiB below 10 MiB.
std::string memory(std::uint64_t bytes) {
  constexpr std::uint64_t kKib = 1024;
  constexpr std::uint64_t kMib = kKib * kKib;
  if (bytes < 10 * kMib) return std::to_string((bytes + kKib - 1) / kKib) + " KiB";
  return std::to_string((bytes + kMib - 1) / kMib) + " MiB";
}

std::string of_all_workers(const config::Config& config, std::uint64_t bytes) {
  const auto workers = worker_count(config);
  return std::to_string(workers) + (workers == 1 ? " worker: " : " workers: ") +
         memory(workers * bytes);
}

std::string costs_of_phones(const config::Config& config, const gateway::Plan& plan) {
  const auto bytes = nappt::Bindings::memory_bytes(gateway::bindings_shape(plan));
  const auto phones = std::max<std::uint64_t>(plan.phones, 1);
  return "bindings and their indexes: " + memory(bytes) + " a worker for " +
         std::to_string(plan.phones) + " phones, " + std::to_string((bytes + phones - 1) / phones) +
         " octets a phone; " + of_all_workers(config, bytes);
}

std::string costs_of_tunnels(const config::Config& config) {
  const auto shape = tunnels_shape(config, 0);
  const auto bytes = tunnel::Tunnels::memory_bytes(shape) +
                     tunnel::Reassembly::memory_bytes(reassembly_shape(config)) +
                     concentrator::Blocks::memory_bytes(blocks_shape(config));
  const auto an_sa = sizeof(tunnel::OutboundSa) + sizeof(tunnel::InboundSa) +
                     8 * tunnel::ReplayWindow::words_for(config.tunnel.replay_window);
  return "tunnels and their indexes: " + memory(bytes) + " a worker for " +
         std::to_string(config.tunnel.capacity) + " tunnels of " + std::to_string(shape.sas) +
         " SAs; " + of_all_workers(config, bytes) +
         "; each SA that there is, both ways: " + std::to_string(an_sa) + " octets and its keys";
}

}  // namespace

std::string costs_of(const config::Config& config, const gateway::Plan& plan) {
  if (config.role == config::Role::Concentrator) return costs_of_tunnels(config);
  auto costs = costs_of_phones(config, plan);
  if (!config.tunnel.file.empty()) costs += '\n' + costs_of_tunnels(config);
  return costs;
}

}  // namespace portico::app
