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

}  // namespace

std::string costs_of(const config::Config& config, const gateway::Plan& plan) {
  const auto shape = gateway::bindings_shape(plan);
  const auto bytes = nappt::Bindings::memory_bytes(shape);
  const auto phones = std::max<std::uint64_t>(plan.phones, 1);
  const auto workers = worker_count(config);
  return "bindings and their indexes: " + memory(bytes) + " a worker for " +
         std::to_string(plan.phones) + " phones, " + std::to_string((bytes + phones - 1) / phones) +
         " octets a phone; " + std::to_string(workers) +
         (workers == 1 ? " worker: " : " workers: ") + memory(workers * bytes);
}

}  // namespace portico::app
