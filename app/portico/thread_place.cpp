// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/thread_place.hpp"

#include <pthread.h>
#include <sched.h>

namespace portico::app {

void settle_thread(const char* name, std::span<const std::uint32_t> cpus) {
  pthread_setname_np(pthread_self(), name);
  if (cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const std::uint32_t cpu : cpus) CPU_SET(cpu, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

}  // namespace portico::app
