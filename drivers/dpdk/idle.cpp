// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/dpdk/idle.hpp"

#include <rte_cycles.h>
#include <rte_pause.h>

#include <ctime>
#include <sched.h>
#include <sys/prctl.h>

namespace portico::dpdk {
namespace {

constexpr std::uint64_t kSpinUs = 100;
constexpr std::uint64_t kYieldUs = 1000;
constexpr timespec kNap{.tv_sec = 0, .tv_nsec = 50'000};

}  // namespace

Idle::Idle(IdlePolicy policy) noexcept
    : policy_(policy),
      spin_ticks_(rte_get_tsc_hz() / 1'000'000 * kSpinUs),
      yield_ticks_(rte_get_tsc_hz() / 1'000'000 * kYieldUs) {
  prctl(PR_SET_TIMERSLACK, 1'000);  // else 50 µs become 100 (man 2 prctl)
}

void Idle::rest(bool busy) noexcept {
  if (policy_ == IdlePolicy::Spin) return;
  if (busy) {
    idle_since_ = 0;
    return;
  }
  const auto now = rte_rdtsc();
  if (idle_since_ == 0) idle_since_ = now;
  const auto idle = now - idle_since_;
  if (idle < spin_ticks_)
    rte_pause();
  else if (idle < yield_ticks_)
    sched_yield();
  else
    clock_nanosleep(CLOCK_MONOTONIC, 0, &kNap, nullptr);
}

}  // namespace portico::dpdk
