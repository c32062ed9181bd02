// SPDX-License-Identifier: BSD-3-Clause
// One process of a benchmark of the data path: DPDK, packets, rounds of figures, one line of JSON.
#pragma once

#include "datapath/buffer.hpp"
#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/memory.hpp"
#include "drivers/dpdk/ports.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace portico::bench {

inline constexpr std::size_t kBurst = 32;
inline constexpr int kRounds = 15;  ///< in which the contestants take turns

[[nodiscard]] inline double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// Prints what `measure` returns, which is given that many packets and some more, and memory of
/// DPDK's. Returns what main() does.
template <class Measure>
int print_figures(const char* program, std::uint32_t packets, const Measure& measure) {
  const auto eal = dpdk::Eal::start({.program = program, .memory_mib = 320});
  if (!eal) return std::fprintf(stderr, "%s\n", to_string(eal.error()).c_str()), 1;
  auto pool = dpdk::make_pool({.name = "packets",
                               .packets = packets + 512,
                               .frame_size = 1518,
                               .private_size = datapath::kPrivateSize});
  if (!pool) return std::fprintf(stderr, "%s\n", to_string(pool.error()).c_str()), 1;
  dpdk::Memory memory{0};
  nlohmann::json figures = measure(*pool, &memory);
  figures["hugepages"] = eal->uses_hugepages();
  std::printf("%s\n", figures.dump().c_str());
  return 0;
}

}  // namespace portico::bench
