// SPDX-License-Identifier: BSD-3-Clause
// Where threads run. One inherits the CPUs of the one that made it, which may be pinned to a busy
// core.
#pragma once

#include <sched.h>

namespace portico::app {

/// CPUs that the calling thread may use.
[[nodiscard]] cpu_set_t allowed_cpus() noexcept;

/// The calling thread's name, and where it may run from now on. If that fails it stays where it is:
/// slower, not wrong.
void settle_thread(const char* name, const cpu_set_t& cpus) noexcept;

}  // namespace portico::app
