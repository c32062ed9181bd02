// SPDX-License-Identifier: BSD-3-Clause
// Looks at the firmware files and the MAC list every few seconds, so that control never touches a
// file.
#pragma once

#include "app/portico/firmware_files.hpp"
#include "app/portico/fresh.hpp"
#include "app/portico/mac_list_file.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <sched.h>
#include <stop_token>
#include <thread>

namespace portico::app {

class FilesThread {
 public:
  /// What to look at. Each has been looked at once, for the start.
  struct Watched {
    std::optional<FirmwareFiles> firmware;  ///< none: no TFTP
    MacListFile macs;
  };

  /// Looks at once, then every `rescan`. `cpus`: where it may run; without them it would inherit
  /// the one CPU its maker is pinned to.
  FilesThread(Watched watched, std::chrono::seconds rescan, const cpu_set_t& cpus);

  // For control: the newest that was not taken yet, if there is any.
  [[nodiscard]] std::optional<tftp::SnapshotPtr> take_firmware() { return firmware_.take(); }
  /// An error: the list is not taken, and why.
  [[nodiscard]] std::optional<Result<MacPolicyPtr>> take_macs() { return macs_.take(); }

 private:
  void run(const std::stop_token& stop);
  void look_at_firmware(const std::stop_token& stop);
  void look_at_macs();

  Watched watched_;
  const std::chrono::seconds rescan_;
  const cpu_set_t cpus_;
  std::mutex mutex_;  ///< what wake_ waits with
  std::condition_variable_any wake_;
  tftp::SnapshotPtr last_firmware_;  ///< the thread's own
  Fresh<tftp::SnapshotPtr> firmware_;
  Fresh<Result<MacPolicyPtr>> macs_;
  std::jthread thread_;  ///< last, so that it ends before what it uses
};

}  // namespace portico::app
