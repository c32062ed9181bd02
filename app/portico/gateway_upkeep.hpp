// SPDX-License-Identifier: BSD-3-Clause
// What a gateway's control core needs from files, brought to it between its turns: leases that are
// on the disk, a lease file written anew where it was damaged, the phones' firmware, the list of
// MACs. A concentrator has none of it.
#pragma once

#include "app/portico/files_thread.hpp"
#include "app/portico/store_thread.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "datapath/worker.hpp"
#include "gateway/gateway.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sched.h>
#include <string>
#include <vector>

namespace portico::app {

class GatewayUpkeep {
 public:
  /// Opens the lease file. `config` outlives it. `cpus`: where its threads may run.
  [[nodiscard]] static Result<std::unique_ptr<GatewayUpkeep>> open(const config::Config& config,
                                                                   const cpu_set_t& cpus);

  /// A gateway that is looked after from now on. It gets the leases of the file, as `workers` do,
  /// which are not launched yet; then what is as it is now of the other files.
  [[nodiscard]] Result<void> look_after(gateway::Gateway& gateway,
                                        const std::vector<datapath::Worker*>& workers);

  /// Control's turn. Returns how many leases are on the disk since the last one.
  std::size_t turn(Now now);
  /// Nothing is under way: all is stored and acknowledged.
  [[nodiscard]] bool is_drained() const;
  /// At the end: writes what waits.
  void finish() { thread_->stop(); }

  [[nodiscard]] lease::LeaseStore& lease_store() noexcept { return *store_; }
  [[nodiscard]] StoreThread& store() noexcept { return *thread_; }
  /// What the operator should mend, a sentence each.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  GatewayUpkeep(const config::Config& config, const cpu_set_t& cpus)
      : config_(config), cpus_(cpus) {}

  void tell_what_was_restored(std::size_t leases, Now now) const;
  [[nodiscard]] Result<void> start_files(MacListFile macs);
  void look_after_store(Now now);
  void take_files(Now now);
  void set_macs(MacPolicyPtr macs, Now now);

  const config::Config& config_;
  const cpu_set_t cpus_;
  std::unique_ptr<lease::LeaseStore> store_;
  lease::Loaded loaded_;  // until the gateway has it
  std::unique_ptr<StoreThread> thread_;
  std::vector<std::uint64_t> stored_;  // tickets of one turn, in memory that is used again
  std::unique_ptr<FilesThread> files_;
  gateway::Gateway* gateway_ = nullptr;
  tftp::SnapshotPtr firmware_;
  std::optional<Error> mac_list_problem_;
  std::optional<std::string> set_aside_;  // a damaged lease file, as it is called now
  Time rewrite_not_before_{};
};

}  // namespace portico::app
