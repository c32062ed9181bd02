// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/port.hpp"

#include <rte_mbuf.h>

namespace portico::datapath {

Burst Port::send(Burst packets) noexcept {
  std::uint64_t octets = 0;  // read before: a packet that was sent is not ours any more
  for (const auto* m : packets) octets += m->pkt_len;
  const auto sent =
      rte_eth_tx_burst(id_, queue_, packets.data(), static_cast<std::uint16_t>(packets.size()));
  const auto left = packets.subspan(sent);
  for (const auto* m : left) octets -= m->pkt_len;
  counters_.tx_packets += sent;
  counters_.tx_octets += octets;
  return left;
}

}  // namespace portico::datapath
