// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/control_port.hpp"

#include "base/expects.hpp"

#include <cstring>

namespace portico::datapath {

using stats::Drop;

ControlPort::ControlPort(const Shape& shape) : workers_(shape.workers), packets_(shape.packets) {
  expects(!workers_.empty(), "there is a worker");
  for (std::size_t side = 0; side < kSides; ++side)
    if (const auto& outlet = shape.outlets[side]) ports_[side].emplace(outlet->port, outlet->queue);
}

bool ControlPort::send(Side side, Bytes head, Bytes body) noexcept {
  ++counters_.originated;
  const auto dropped = try_send(side, head, body);
  if (dropped) drops_.count(*dropped);
  return !dropped;
}

std::optional<Drop> ControlPort::try_send(Side side, Bytes head, Bytes body) noexcept {
  auto* m = rte_pktmbuf_alloc(packets_);
  if (m == nullptr) return Drop::NoMbuf;
  const auto size = head.size() + body.size();
  if (size > rte_pktmbuf_tailroom(m)) {
    rte_pktmbuf_free(m);
    return Drop::TooBig;
  }
  auto* to = rte_pktmbuf_append(m, static_cast<std::uint16_t>(size));
  std::memcpy(to, head.data(), head.size());
  if (!body.empty()) std::memcpy(to + head.size(), body.data(), body.size());
  if (hand_over(side, m)) return std::nullopt;
  rte_pktmbuf_free(m);
  return Drop::TxFull;
}

bool ControlPort::hand_over(Side side, rte_mbuf* m) noexcept {
  if (auto& own = ports_[static_cast<std::size_t>(side)]) return own->send({&m, 1}).empty();
  note_of(m) = {.side = side};
  return rte_ring_sp_enqueue(workers_.front()->from_control.get(), m) == 0;
}

bool ControlPort::can_answer() const noexcept {
  const auto* out = workers_.front()->from_control.get();
  return rte_ring_count(out) <= rte_ring_get_capacity(out) / 2;
}

void ControlPort::settle(rte_mbuf* m, std::optional<Drop> dropped) noexcept {
  if (dropped)
    drops_.count(*dropped);
  else
    ++counters_.consumed;
  rte_pktmbuf_free(m);
}

PortCounters ControlPort::port_counters(Side side) const noexcept {
  const auto& own = ports_[static_cast<std::size_t>(side)];
  return own ? own->counters() : PortCounters{};
}

std::size_t ControlPort::in_flight() const noexcept {
  std::size_t n = 0;
  for (const auto* worker : workers_)
    n += worker->punt.waiting() + rte_ring_count(worker->from_control.get()) +
         rte_ring_count(worker->from_workers.get());
  return n;
}

}  // namespace portico::datapath
