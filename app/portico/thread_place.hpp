// SPDX-License-Identifier: BSD-3-Clause
// A thread inherits the CPUs of the one that made it, which may be pinned to a busy core.
#pragma once

#include <cstdint>
#include <span>

namespace portico::app {

/// The calling thread's name, and where it may run; no CPUs: where its maker may.
void settle_thread(const char* name, std::span<const std::uint32_t> cpus);

}  // namespace portico::app
