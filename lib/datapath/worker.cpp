// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/worker.hpp"

namespace portico::datapath {

Worker::Worker(const WorkerShape& shape, std::pmr::memory_resource* memory)
    : index(static_cast<std::uint16_t>(shape.index)),
      links(shape.links),
      surroundings(shape.links, shape.bindings),
      ports{Port{shape.ports[0], static_cast<std::uint16_t>(shape.index)},
            Port{shape.ports[1], static_cast<std::uint16_t>(shape.index)}},
      bindings(shape.bindings, memory),
      next_hops(shape.next_hops, memory),
      signalling(shape.signalling),
      tunnels(shape.tunnels, memory),
      blocks(shape.blocks, memory),
      identifications(shape.index, shape.workers),
      reassembly(shape.reassembly, memory),
      orders(shape.orders),
      from_control(make_packet_ring("control", shape.originated)),
      punt(shape.punted),
      from_workers(make_shared_packet_ring("workers", shape.handed_over)) {}

}  // namespace portico::datapath
