// SPDX-License-Identifier: BSD-3-Clause
// From a lease to running software: has it, or fetches it; verifies it; runs it. Whatever fails,
// the telephone keeps the software that it had.
#pragma once

#include "app/phone/event_log.hpp"
#include "app/phone/firmware_store.hpp"
#include "app/phone/options.hpp"
#include "app/phone/software.hpp"
#include "app/phone/transfer.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace portico::phone {

class Provisioning {
 public:
  using Random = std::function<std::uint32_t()>;

  Provisioning(const Options& options, const Mac& mac, EventLog log, Digest& digest, Random random);

  /// A lease was granted, or renewed and perhaps changed.
  void lease_granted(const Lease& lease, Time now);
  void lease_lost(Time now);

  /// Of the transfer under way; -1: there is none.
  [[nodiscard]] int fd() const noexcept { return transfer_ ? transfer_->fd() : -1; }
  void readable(Time now);
  void child_changed(Time now);
  void tick(Time now);
  [[nodiscard]] Time deadline() const noexcept;

  /// Something runs, or ran to its end.
  [[nodiscard]] bool has_software() const noexcept;
  /// No process of ours is left.
  [[nodiscard]] bool is_stopped() const noexcept { return !software_.is_alive(); }
  /// What --once ends with: the software's own exit code, or 1 after a failure to provide it.
  [[nodiscard]] std::optional<int> ended() const noexcept;

 private:
  void provision(Time now);
  void begin_fetch(Time now);
  void transfer_moved(Time now);
  void fetched(const std::vector<std::uint8_t>& octets, Time now);
  void refused(const char* reason, Time now);
  void failed(std::string_view event, Fields fields, Time now);
  void keep_what_it_had(Time now);
  void run(Program program, Time now);
  [[nodiscard]] Environment environment_of(const Program& program) const;

  const Options& options_;
  Mac mac_;
  EventLog log_;
  Digest& digest_;
  Random random_;
  FirmwareStore store_;
  Software software_;

  std::optional<Lease> lease_;
  std::unique_ptr<Transfer> transfer_;
  bool fetch_when_stopped_ = false;  ///< the running software holds the only port
  std::uint32_t failures_ = 0;       ///< in a row, for the back-off
  Time retry_at_;
};

}  // namespace portico::phone
