// SPDX-License-Identifier: BSD-3-Clause
// What tunnels need besides orders, in either role: the store of their SAs, a look at which far
// ends were heard, and their files when they have changed. Absent where there are no tunnels.
#pragma once

#include "app/portico/sa_store_thread.hpp"
#include "base/result.hpp"
#include "config/model.hpp"
#include "config/tunnels.hpp"
#include "gateway/tunnels.hpp"
#include "management/tunnel_rows.hpp"

#include <memory>
#include <sched.h>
#include <vector>

namespace portico::app {

class TunnelUpkeep {
 public:
  /// `files`: as they are, without errors. `cpus`: where its thread may run.
  [[nodiscard]] static Result<std::unique_ptr<TunnelUpkeep>> open(const config::Config& config,
                                                                  config::Tunnels files,
                                                                  const cpu_set_t& cpus);

  /// Control's, which are looked after from now on; they come up by what is stored and by the
  /// files. `tables`: the workers'.
  void look_after(gateway::Tunnels& tunnels, management::AllTunnelTables tables);

  /// Control's turn: what is on the disk by now, and who was heard.
  void turn(Now now);
  /// What was read of the files again. What is wrong with it beside what runs; if anything is,
  /// nothing changes.
  [[nodiscard]] std::vector<Error> take(config::Tunnels files);
  /// At the end, when the workers stand: windows as they are for good.
  void finish();

  [[nodiscard]] SaStoreThread& store() noexcept { return *thread_; }
  [[nodiscard]] management::TunnelSight sight() const noexcept {
    return {*tunnels_, tables_, watch_};
  }

 private:
  TunnelUpkeep(const config::Config& config, config::Tunnels files);

  const std::vector<Prefix> pools_;  // addresses that phones have behind tunnels
  config::Tunnels files_;            // until they are looked after; the same of loaded_
  tunnel::LoadedSas loaded_;
  std::unique_ptr<tunnel::SaStore> store_;
  std::unique_ptr<SaStoreThread> thread_;
  gateway::Tunnels* tunnels_ = nullptr;
  management::AllTunnelTables tables_;
  management::TunnelWatch watch_;
  Time next_look_{};
};

}  // namespace portico::app
