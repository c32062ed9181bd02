// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/stages.hpp"

namespace portico::datapath {

std::size_t gateway_turn(Worker& w) noexcept {
  serve_orders(w);
  Lanes lanes;
  const auto received = receive(w, lanes);
  take_over(w, lanes);  // what other workers have for this one's SAs
  reassemble(w, lanes);
  tunnel_inbound(w, lanes);  // ESP and IPIP: out of the tunnel
  nappt_outbound(w, lanes);
  nappt_hairpin(w, lanes);  // phone to phone: comes in again
  nappt_from_tunnel(w, lanes);
  nappt_inbound(w, lanes);
  join_originated(w, lanes);
  tunnel_outbound(w, lanes);  // into the tunnel
  hand_over(w, lanes);
  send(w, lanes);
  punt(w, lanes);     // ARP, DHCP, TFTP: for the control core
  release(w, lanes);  // the only place that frees a packet
  ++w.counters.turns;
  if (received == 0) ++w.counters.idle_turns;
  return received;
}

void send_originated(Worker& w) noexcept {
  Lanes lanes;
  join_originated(w, lanes);
  tunnel_outbound(w, lanes);
  hand_over(w, lanes);
  send(w, lanes);
  punt(w, lanes);
  release(w, lanes);
}

}  // namespace portico::datapath
