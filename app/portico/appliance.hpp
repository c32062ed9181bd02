// SPDX-License-Identifier: BSD-3-Clause
// The running appliance, in either role: its parts in the order in which they need one another, and
// the control core's loop.
#pragma once

#include "app/portico/control_mailbox.hpp"
#include "app/portico/dpdk_world.hpp"
#include "app/portico/gateway_upkeep.hpp"
#include "app/portico/machine.hpp"
#include "app/portico/tunnel_upkeep.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "config/tunnels.hpp"
#include "gateway/gateway.hpp"
#include "gateway/plan.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <sched.h>
#include <string>
#include <vector>

namespace portico::app {

class Appliance {
 public:
  /// Starts everything but the loop. The error says what could not be had.
  [[nodiscard]] static Result<std::unique_ptr<Appliance>> start(
      const config::Config& config, config::Tunnels tunnels,
      const std::vector<std::string>& eal_arguments);
  ~Appliance();

  /// The control core's loop, on the calling thread, until stop(). Then everything is flushed.
  void run();
  /// From any thread or a signal handler.
  void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }

  // For management, on any thread.
  [[nodiscard]] const config::Config& config() const noexcept { return config_; }
  [[nodiscard]] ControlMailbox& mailbox() noexcept { return mailbox_; }
  /// CPUs that threads other than lcores may use.
  [[nodiscard]] const cpu_set_t& cpus() const noexcept { return cpus_; }

  // For the questions of management, asked on the control core.
  [[nodiscard]] const gateway::Plan& plan() const noexcept { return plan_; }
  [[nodiscard]] Machine& machine() noexcept { return *machine_; }
  [[nodiscard]] gateway::Core& core() noexcept { return *core_; }
  /// Neither: we are a concentrator, which has no phones of its own.
  [[nodiscard]] gateway::Gateway* gateway() noexcept { return gateway_; }
  [[nodiscard]] GatewayUpkeep* gateway_upkeep() noexcept { return gateway_upkeep_.get(); }
  /// None: there are no tunnels.
  [[nodiscard]] TunnelUpkeep* tunnel_upkeep() noexcept { return tunnel_upkeep_.get(); }

 private:
  Appliance(const config::Config& config, gateway::Plan plan);

  [[nodiscard]] Result<void> open_files(config::Tunnels tunnels);
  [[nodiscard]] Result<void> build_machine(const std::vector<std::string>& eal_arguments);
  [[nodiscard]] Result<void> build_core();
  /// Packets, stored rows, files, questions, what time brings. Returns whether there was anything.
  bool turn();
  [[nodiscard]] std::optional<stats::Drop> take_in(Bytes frame, const datapath::Note& note,
                                                   Now now);
  void drain();

  config::Config config_;
  cpu_set_t cpus_;
  gateway::Plan plan_;
  std::unique_ptr<GatewayUpkeep> gateway_upkeep_;
  std::unique_ptr<TunnelUpkeep> tunnel_upkeep_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<DpdkWorld> world_;
  std::unique_ptr<gateway::Core> core_;
  gateway::Gateway* gateway_ = nullptr;  // core_, of a gateway
  ControlMailbox mailbox_;
  std::atomic<bool> stop_{false};  // written by a signal handler, read by run()
};

}  // namespace portico::app
