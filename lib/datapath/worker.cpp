// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/worker.hpp"

namespace portico::datapath {

Worker::Worker(const WorkerShape& shape, std::pmr::memory_resource* memory)
    : links(shape.links),
      surroundings(shape.links, shape.bindings),
      ports{Port{shape.ports[0], static_cast<std::uint16_t>(shape.index)},
            Port{shape.ports[1], static_cast<std::uint16_t>(shape.index)}},
      bindings(shape.bindings, memory),
      next_hops(shape.next_hops, memory),
      orders(shape.orders),
      from_control(make_packet_ring("control_" + std::to_string(shape.index), shape.originated)),
      punt(shape.index, shape.punted) {}

}  // namespace portico::datapath
