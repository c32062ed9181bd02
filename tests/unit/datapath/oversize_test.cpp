// SPDX-License-Identifier: BSD-3-Clause
#include <catch2/catch.hpp>

#include "gateway.hpp"

namespace portico {
namespace {

using site::Gateway;
using stats::Drop;

/// A frame in two buffers, as a port delivers what is longer than one.
rte_mbuf* in_two_buffers() {
  auto* const first = rte_pktmbuf_alloc(site::Hardware::get().pool);
  auto* const second = rte_pktmbuf_alloc(site::Hardware::get().pool);
  expects(first != nullptr && second != nullptr, "a test has packets enough");
  for (auto* m : {first, second}) expects(rte_pktmbuf_append(m, 1500) != nullptr);
  expects(rte_pktmbuf_chain(first, second) == 0);
  return first;
}

}  // namespace

TEST_CASE("a frame longer than a packet buffer is dropped whole", "[datapath][F-1]") {
  Gateway g;
  const auto before = rte_mempool_avail_count(site::Hardware::get().pool);
  auto* frame = in_two_buffers();
  g.lan().put(&frame, 1);
  g.turn();
  CHECK(g.dropped(Drop::OversizeFrame) == 1);
  CHECK(g.balanced());
  CHECK(rte_mempool_avail_count(site::Hardware::get().pool) == before);
}

}  // namespace portico
