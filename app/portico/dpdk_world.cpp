// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/dpdk_world.hpp"

namespace portico::app {

Usage DpdkWorld::usage(Ipv4 private_address) {
  Usage sum;
  for (const auto* worker : workers_) sum += worker->bindings.usage(private_address);
  return sum;
}

}  // namespace portico::app
