// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/stages.hpp"

namespace portico::datapath {

std::size_t concentrator_turn(Worker& w) noexcept {
  serve_orders(w);
  Lanes lanes;
  const auto received = receive_as_concentrator(w, lanes);
  take_over(w, lanes);  // what other workers have for this one's SAs
  reassemble(w, lanes);
  tunnel_inbound(w, lanes);      // out of the gateways' tunnels
  blocks_from_tunnel(w, lanes);  // to the provider, or to another gateway
  blocks_inbound(w, lanes);      // by address and port to a tunnel
  join_originated(w, lanes);
  tunnel_outbound(w, lanes);  // into the tunnel
  hand_over(w, lanes);
  send(w, lanes);
  punt(w, lanes);
  release(w, lanes);
  ++w.counters.turns;
  if (received == 0) ++w.counters.idle_turns;
  return received;
}

}  // namespace portico::datapath
