// SPDX-License-Identifier: BSD-3-Clause
// DPDK's environment: hugepages, lcores, devices. Brought up once a process.
#pragma once

#include "base/result.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace portico::dpdk {

enum class Hugepages : std::uint8_t { Auto, Yes, No };

struct EalOptions {
  std::string program = "portico";
  std::uint32_t main_core = 0;                ///< CPU
  std::vector<std::uint32_t> worker_cores{};  ///< CPUs, one worker lcore each; they may repeat
  Hugepages hugepages = Hugepages::Auto;      ///< Auto: if `memory_mib` of them are free
  std::uint32_t memory_mib = 256;
  std::vector<std::string> devices{};    ///< of the ports; without a PCI address among them, no NIC
                                         ///< of the host is touched
  std::vector<std::string> arguments{};  ///< verbatim, behind ours
};

/// The calling thread is the main lcore while this lives. Errors: EAL's own reason.
class Eal {
 public:
  [[nodiscard]] static Result<Eal> start(const EalOptions& options);
  Eal(Eal&& other) noexcept;
  Eal& operator=(Eal&&) = delete;
  ~Eal();

  [[nodiscard]] bool uses_hugepages() const noexcept { return hugepages_; }
  /// Lcores of the workers, in the order of worker_cores.
  [[nodiscard]] const std::vector<unsigned>& worker_lcores() const noexcept { return lcores_; }

 private:
  Eal(std::string program, bool hugepages, std::vector<unsigned> lcores) noexcept;

  bool up_ = true;
  std::string program_;
  bool hugepages_;
  std::vector<unsigned> lcores_;
};

/// Runs `task(argument)` on an lcore; wait_for() returns when it is done.
[[nodiscard]] Result<void> launch(unsigned lcore, int (*task)(void*), void* argument);
void wait_for(unsigned lcore) noexcept;

/// True for "0000:03:00.0" and "03:00.0", with or without arguments behind a comma.
[[nodiscard]] bool is_pci_address(const std::string& device);

}  // namespace portico::dpdk
