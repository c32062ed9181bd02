// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/dpdk_world.hpp"

namespace portico::app {

lease::Usage DpdkWorld::usage(nappt::Slot slot) {
  lease::Usage sum;
  for (const auto* worker : workers_) {
    const auto one = worker->bindings.usage(slot);
    sum.packets_out += one.packets_out;
    sum.octets_out += one.octets_out;
    sum.packets_in += one.packets_in;
    sum.octets_in += one.octets_in;
  }
  return sum;
}

}  // namespace portico::app
