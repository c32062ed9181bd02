// SPDX-License-Identifier: BSD-3-Clause
// The telephone's software as a process: started, watched, started again when it dies, stopped.
#pragma once

#include "app/phone/event_log.hpp"
#include "app/phone/firmware_store.hpp"
#include "base/time.hpp"

#include <limits>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace portico::phone {

/// "NAME=value" each, besides what the telephone itself was started with.
using Environment = std::vector<std::string>;

enum class OnExit : std::uint8_t { Restart, Rest };

class Software {
 public:
  Software(EventLog log, OnExit on_exit) : log_(log), on_exit_(on_exit) {}

  /// Runs `program` instead of whatever runs now, which is stopped first.
  void run(Program program, Environment environment, Time now);
  /// SIGTERM, and SIGKILL for what has not gone 3 s later.
  void stop(Time now);

  /// After SIGCHLD: takes the exit status if there is one.
  void child_changed(Time now);
  void tick(Time now);
  [[nodiscard]] Time deadline() const noexcept { return deadline_; }

  /// A process exists, perhaps one that is being stopped.
  [[nodiscard]] bool is_alive() const noexcept { return pid_ > 0; }
  /// A program runs, or will again after its pause.
  [[nodiscard]] const std::optional<Program>& program() const noexcept { return program_; }
  [[nodiscard]] const Environment& environment() const noexcept { return environment_; }
  /// How it ended by itself, with OnExit::Rest: an exit status, or 128 and the signal.
  [[nodiscard]] std::optional<int> ended() const noexcept { return ended_; }

 private:
  void start(Time now);
  void died(int status, Time now);

  EventLog log_;
  OnExit on_exit_;
  pid_t pid_ = 0;
  bool stopping_ = false;
  std::optional<Program> program_;
  Environment environment_;
  Time started_;
  std::uint32_t deaths_ = 0;  ///< in a row, for the back-off
  Time deadline_{std::numeric_limits<std::int64_t>::max()};
  std::optional<int> ended_;
};

}  // namespace portico::phone
