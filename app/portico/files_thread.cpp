// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/files_thread.hpp"

#include "app/portico/thread_place.hpp"

#include <utility>

namespace portico::app {

FilesThread::FilesThread(Watched watched, std::chrono::seconds rescan, const cpu_set_t& cpus)
    : watched_(std::move(watched)),
      rescan_(rescan),
      cpus_(cpus),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void FilesThread::run(const std::stop_token& stop) {
  settle_thread("portico-files", cpus_);
  while (!stop.stop_requested()) {
    look_at_macs();  // first: firmware may take long to hash
    look_at_firmware(stop);
    std::unique_lock lock{mutex_};
    wake_.wait_for(lock, stop, rescan_, [] { return false; });
  }
}

void FilesThread::look_at_firmware(const std::stop_token& stop) {
  if (!watched_.firmware) return;
  const auto snapshot = watched_.firmware->scan(stop);
  if (snapshot == last_firmware_) return;
  last_firmware_ = snapshot;
  firmware_.put(snapshot);
}

void FilesThread::look_at_macs() {
  if (auto macs = watched_.macs.look()) macs_.put(std::move(*macs));
}

}  // namespace portico::app
