// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/thread_place.hpp"

#include <pthread.h>

namespace portico::app {

cpu_set_t allowed_cpus() noexcept {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  ::sched_getaffinity(0, sizeof cpus, &cpus);
  return cpus;
}

void settle_thread(const char* name, const cpu_set_t& cpus) noexcept {
  ::pthread_setname_np(::pthread_self(), name);
  ::pthread_setaffinity_np(::pthread_self(), sizeof cpus, &cpus);
}

}  // namespace portico::app
