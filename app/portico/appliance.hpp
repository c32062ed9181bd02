// SPDX-License-Identifier: BSD-3-Clause
// The running appliance, in either role: its parts in the order in which they need one another, and
// the control core's loop.
#pragma once

#include "app/portico/clock.hpp"
#include "app/portico/control_mailbox.hpp"
#include "app/portico/dpdk_world.hpp"
#include "app/portico/files_thread.hpp"
#include "app/portico/program_options.hpp"
#include "app/portico/sa_store_thread.hpp"
#include "app/portico/store_thread.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "config/tunnels.hpp"
#include "datapath/control_port.hpp"
#include "datapath/worker.hpp"
#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/idle.hpp"
#include "drivers/dpdk/memory.hpp"
#include "drivers/dpdk/ports.hpp"
#include "gateway/gateway.hpp"
#include "gateway/plan.hpp"
#include "management/tunnel_rows.hpp"

#include <atomic>
#include <memory>
#include <optional>
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

  [[nodiscard]] const config::Config& config() const noexcept { return config_; }
  [[nodiscard]] ControlMailbox& mailbox() noexcept { return mailbox_; }
  /// CPUs that threads other than lcores may use.
  [[nodiscard]] const cpu_set_t& cpus() const noexcept { return cpus_; }

  // For the questions of management, asked on the control core.
  [[nodiscard]] gateway::Core& core() noexcept { return *core_; }
  /// None: we are a concentrator, which has no phones of its own.
  [[nodiscard]] gateway::Gateway* gateway() noexcept { return gateway_; }
  [[nodiscard]] const std::vector<datapath::Worker*>& workers() const noexcept { return workers_; }
  [[nodiscard]] const datapath::ControlPort& control_port() const noexcept { return *control_; }
  [[nodiscard]] const dpdk::Port& port(Side side) const noexcept {
    return ports_[static_cast<std::size_t>(side)];
  }
  /// What all workers have counted for a binding.
  [[nodiscard]] Usage usage(Ipv4 private_address) { return world_->usage(private_address); }
  [[nodiscard]] lease::LeaseStore& lease_store() noexcept { return *lease_store_; }
  [[nodiscard]] StoreThread& store() noexcept { return *store_; }
  /// None: there are no tunnels.
  [[nodiscard]] SaStoreThread* sa_store() noexcept { return sas_.get(); }
  [[nodiscard]] const gateway::Plan& plan() const noexcept { return plan_; }
  [[nodiscard]] bool is_one_lcore() const noexcept { return config_.eal.worker_cores.empty(); }
  [[nodiscard]] management::TunnelSight tunnel_sight() const noexcept {
    return {core_->tunnels(), tunnel_tables_, tunnel_watch_};
  }
  /// What was read of the tunnels' files again. What is wrong with it beside what runs; if anything
  /// is, nothing changes.
  [[nodiscard]] std::vector<Error> take_tunnels(config::Tunnels& files);
  /// What the operator should mend, a sentence each.
  [[nodiscard]] std::vector<std::string> warnings() const;
  /// Turns of the control core itself.
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }
  /// One turn: packets, stored rows, files, questions, what time brings. Returns whether there was
  /// anything to do.
  bool turn();

 private:
  Appliance(const config::Config& config, config::Tunnels tunnels, gateway::Plan plan,
            dpdk::Eal eal);

  [[nodiscard]] Result<void> open_store();
  [[nodiscard]] Result<void> open_sa_store();
  [[nodiscard]] Result<void> open_ports();
  [[nodiscard]] Result<void> build_workers();
  [[nodiscard]] Result<void> build_control();
  [[nodiscard]] Result<void> build_gateway();
  [[nodiscard]] Result<void> launch_workers();
  [[nodiscard]] Result<void> start_files();
  void tell_what_was_restored();
  void look_after_store(Now now);
  void take_files(Now now);
  [[nodiscard]] std::size_t take_stored(Now now);
  void take_stored_sas(Now now);
  void look_at_tunnels(Now now);
  void stop_workers();
  [[nodiscard]] std::array<Mac, kSides> macs() const;
  [[nodiscard]] std::vector<orders::Mailbox*> mailboxes() const;
  void drain();
  [[nodiscard]] std::optional<stats::Drop> take_in(Bytes frame, const datapath::Note& note,
                                                   Now now);

  using Turn = std::size_t (*)(datapath::Worker&) noexcept;
  struct Launch {
    datapath::Worker* worker;
    Turn turn;
    dpdk::IdlePolicy idle;
    const std::atomic<bool>* stop;
    unsigned lcore;
  };
  static int worker_main(void* launch);

  config::Config config_;
  config::Tunnels tunnels_;
  const Turn worker_turn_;
  cpu_set_t cpus_;
  gateway::Plan plan_;
  dpdk::Eal eal_;
  std::unique_ptr<lease::LeaseStore> lease_store_;
  std::unique_ptr<StoreThread> store_;
  std::vector<std::uint64_t> stored_;  // tickets of one turn, in memory that is used again
  lease::Loaded loaded_;
  std::unique_ptr<tunnel::SaStore> sa_store_;
  std::unique_ptr<SaStoreThread> sas_;
  tunnel::LoadedSas loaded_sas_;
  std::vector<dpdk::Port> ports_;  // by Side
  std::vector<std::unique_ptr<dpdk::Memory>> memories_;
  std::vector<std::unique_ptr<datapath::Worker>> owned_workers_;
  std::vector<datapath::Worker*> workers_;
  std::unique_ptr<datapath::ControlPort> control_;
  std::unique_ptr<DpdkWorld> world_;
  std::unique_ptr<gateway::Core> core_;
  gateway::Gateway* gateway_ = nullptr;  // core_, of a gateway
  std::optional<MacListFile> macs_;      // the files thread's, once that is started
  std::unique_ptr<FilesThread> files_;
  std::vector<management::TunnelTables> tunnel_tables_;  // by worker
  management::TunnelWatch tunnel_watch_;
  Time next_tunnel_look_{};
  tftp::SnapshotPtr firmware_;
  std::optional<Error> mac_list_problem_;
  std::optional<std::string> lease_file_set_aside_;
  Time rewrite_not_before_{};
  ControlMailbox mailbox_;
  std::vector<std::unique_ptr<Launch>> launches_;  // by lcore
  std::atomic<bool> stop_{false};                  // written by a signal handler, read by run()
  std::atomic<bool> stop_workers_{false};          // written by control, read by the workers
  std::uint64_t turns_ = 0;
};

}  // namespace portico::app
