// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/dpdk_world.hpp"

namespace portico::app {

Usage DpdkWorld::usage(nappt::Slot slot) {
  Usage sum;
  for (const auto* worker : workers_) sum += worker->bindings.usage(slot);
  return sum;
}

}  // namespace portico::app
