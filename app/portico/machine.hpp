// SPDX-License-Identifier: BSD-3-Clause
// What packets pass through, in either role: EAL, the ports, the workers on their lcores, and
// control's own way to both.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "datapath/control_port.hpp"
#include "datapath/worker.hpp"
#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/idle.hpp"
#include "drivers/dpdk/memory.hpp"
#include "drivers/dpdk/ports.hpp"
#include "gateway/plan.hpp"
#include "management/tunnel_tables.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace portico::app {

class Machine {
 public:
  /// Everything is there, and no worker turns yet. The error says what could not be had.
  [[nodiscard]] static Result<std::unique_ptr<Machine>> build(
      const config::Config& config, const gateway::Plan& plan,
      const std::vector<std::string>& eal_arguments);
  /// stop(), if that has not been called.
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Each worker turns on its lcore from now on, until stop().
  [[nodiscard]] Result<void> launch();
  void stop();

  /// The calling thread turns the only worker, by the two that follow. Else they do nothing.
  [[nodiscard]] bool is_one_lcore() const noexcept { return eal_.worker_lcores().empty(); }
  /// Returns how many packets there were.
  std::size_t turn();
  /// What control originated leaves at once.
  void send_originated();

  [[nodiscard]] const std::vector<datapath::Worker*>& workers() const noexcept { return workers_; }
  [[nodiscard]] datapath::ControlPort& control_port() noexcept { return *control_; }
  [[nodiscard]] const dpdk::Port& port(Side side) const noexcept {
    return ports_[static_cast<std::size_t>(side)];
  }
  [[nodiscard]] std::array<Mac, kSides> macs() const;
  [[nodiscard]] std::vector<orders::Mailbox*> mailboxes() const;
  /// What all workers have counted for a binding.
  [[nodiscard]] Usage usage(Ipv4 private_address) const;
  [[nodiscard]] management::AllTunnelTables tunnel_tables() const noexcept { return tables_; }

 private:
  using Turn = std::size_t (*)(datapath::Worker&) noexcept;
  struct Launch {
    datapath::Worker* worker;
    Turn turn;
    dpdk::IdlePolicy idle;
    const std::atomic<bool>* stop;
    unsigned lcore;
  };
  static int worker_main(void* launch);

  Machine(const config::Config& config, dpdk::Eal eal);
  [[nodiscard]] Result<void> open_ports(const config::Config& config);
  [[nodiscard]] Result<void> build_workers(const config::Config& config, const gateway::Plan& plan);
  [[nodiscard]] Result<void> open_control_port();

  dpdk::Eal eal_;
  const Turn worker_turn_;
  const dpdk::IdlePolicy idle_;
  std::vector<dpdk::Port> ports_;  // by Side
  std::vector<std::unique_ptr<dpdk::Memory>> memories_;
  std::vector<std::unique_ptr<datapath::Worker>> owned_workers_;
  std::vector<datapath::Worker*> workers_;
  std::vector<management::TunnelTables> tables_;  // by worker
  std::unique_ptr<datapath::ControlPort> control_;
  std::vector<std::unique_ptr<Launch>> launches_;  // by lcore
  std::atomic<bool> stop_{false};                  // written by control, read by the workers
};

}  // namespace portico::app
