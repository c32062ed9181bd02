// SPDX-License-Identifier: BSD-3-Clause
#include "management/json.hpp"
#include "management/moment.hpp"

namespace portico::management {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const PortBlock& block) {
  return {{"address", to_string(block.address)}, {"first", block.first}, {"last", block.last}};
}

Json to_json(const SendingSaRow& sa) {
  return {{"keys", sa.keys},
          {"spi", sa.spi},
          {"next", sa.next},
          {"reserved", sa.reserved},
          {"last", sa.last},
          {"octets", sa.octets},
          {"most_octets", or_null(sa.most_octets)},
          {"since", to_text(sa.since)},
          {"most_s", or_null(sa.most_s)}};
}

Json to_json(const ReceivingSaRow& sa) {
  return {{"keys", sa.keys},
          {"spi", sa.spi},
          {"worker", sa.worker},
          {"top", sa.top},
          {"window", sa.window},
          {"octets", sa.octets},
          {"most_octets", or_null(sa.most_octets)}};
}

template <class Row>
Json list_of(const std::vector<Row>& rows) {
  auto list = Json::array();
  for (const auto& row : rows) list.push_back(to_json(row));
  return list;
}

}  // namespace

Json to_json(const TunnelRow& row) {
  const auto& record = row.record;
  const bool is_esp = record.encapsulation == tunnel::Encapsulation::Esp;
  auto remote = Json::array();
  for (const auto prefix : record.remote) remote.push_back(to_string(prefix));
  return {{"name", record.name},
          {"index", row.index},
          {"state", name_of(row.state)},
          {"limit", row.limit ? Json(name_of(*row.limit)) : Json(nullptr)},
          {"problem", or_null(row.problem)},
          {"heard_s", or_null(row.heard_s)},
          {"gateway", to_string(record.gateway)},
          {"concentrator", to_string(record.concentrator)},
          {"peer", to_string(row.peer.address)},
          {"peer_port", record.udp ? Json(row.peer.port) : Json(nullptr)},
          {"encapsulation", is_esp ? "esp" : "ipip"},
          {"algorithm", is_esp ? Json(tunnel::sizes_of(record.algorithm).name) : Json(nullptr)},
          {"udp", record.udp},
          {"esn", is_esp ? Json(record.esn) : Json(nullptr)},
          {"mtu", record.mtu},
          {"path_mtu", row.path_mtu},
          {"inner_mtu", row.inner_mtu},
          {"blocks", list_of(record.blocks)},
          {"remote", std::move(remote)},
          {"sends_by", row.sends_by.empty() ? Json(nullptr) : Json(row.sends_by)},
          {"takes", row.takes},
          {"sending", list_of(row.sending)},
          {"receiving", list_of(row.receiving)},
          {"counters", to_json(row.counters)}};
}

}  // namespace portico::management
