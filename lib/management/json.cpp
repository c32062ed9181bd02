// SPDX-License-Identifier: BSD-3-Clause
#include "management/json.hpp"

#include "base/hex.hpp"
#include "management/moment.hpp"

namespace portico::management {
namespace {

/// Zero means that there is none.
Json address_or_null(Ipv4 a) { return a.is_zero() ? Json(nullptr) : Json(to_string(a)); }

std::string_view name_of(Side side) { return side == Side::Lan ? "lan" : "wan"; }

Json to_json(PortRange range) {
  return {{"first", range.first}, {"last", range.last()}, {"size", range.size}};
}

Json to_json(const Usage& usage) {
  return {{"packets_out", usage.packets_out},
          {"octets_out", usage.octets_out},
          {"packets_in", usage.packets_in},
          {"octets_in", usage.octets_in}};
}

Json to_json(const PortStats& s) {
  return {{"packets_in", s.packets_in}, {"octets_in", s.octets_in},  {"packets_out", s.packets_out},
          {"octets_out", s.octets_out}, {"missed", s.missed},        {"no_buffer", s.no_buffer},
          {"errors_in", s.errors_in},   {"errors_out", s.errors_out}};
}

Json to_json(const Recovery& recovery) {
  return {{"left_s", recovery.left_s ? Json(*recovery.left_s) : Json(nullptr)}};
}

std::string hex_of(std::string_view octets) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

}  // namespace

Json to_json(const Health& health) {
  return {{"status", health.ok() ? "ok" : "failing"},
          {"reasons", health.reasons},
          {"warnings", health.warnings},
          {"recovery", health.recovery ? to_json(*health.recovery) : Json(nullptr)}};
}

Json to_json(const PortRow& p) {
  return {{"name", p.name},
          {"device", p.device},
          {"driver", p.driver},
          {"side", name_of(p.side)},
          {"mac", to_string(p.mac)},
          {"vlan", p.vlan},
          {"mtu", p.mtu},
          {"link_up", p.link_up},
          {"speed_mbps", p.speed_mbps},
          {"receive_queues", p.receive_queues},
          {"transmit_queues", p.transmit_queues},
          {"stats", to_json(p.stats)}};
}

Json to_json(const WorkerRow& w) {
  return {{"index", w.index},
          {"cpu", w.cpu},
          {"turning", w.turning},
          {"turns", w.turns},
          {"idle_turns", w.idle_turns},
          {"packets", w.packets},
          {"punted", w.punted},
          {"handed_over", w.handed_over},
          {"orders_posted", w.orders_posted},
          {"orders_applied", w.orders_applied}};
}

Json to_json(const PoolRow& pool) {
  return {{"name", pool.name}, {"size", pool.size}, {"in_use", pool.in_use}};
}

Json to_json(const Balance& b) {
  return {{"received", b.received}, {"originated", b.originated}, {"sent", b.sent},
          {"dropped", b.dropped},   {"consumed", b.consumed},     {"holds", b.holds()}};
}

Json to_json(const stats::GroupReading& group) {
  auto fields = Json::object();
  for (const auto& field : group.fields) fields[field.name] = field.value;
  return fields;
}

Json to_json(const Statistics& statistics) {
  auto ports = Json::array();
  for (const auto& port : statistics.ports) ports.push_back(to_json(port));
  auto workers = Json::array();
  for (const auto& worker : statistics.workers) workers.push_back(to_json(worker));
  auto pools = Json::array();
  for (const auto& pool : statistics.packet_pools) pools.push_back(to_json(pool));
  Json out{{"ports", std::move(ports)},
           {"workers", std::move(workers)},
           {"packet_pools", std::move(pools)},
           {"balance", to_json(statistics.balance)}};
  for (const auto& group : statistics.groups) out[group.name] = to_json(group);
  return out;
}

Json to_json(const BindingRow& row) {
  const auto& b = row.binding;
  return {{"private", to_string(b.private_address)},
          {"mac", to_string(b.mac)},
          {"public", address_or_null(b.public_address)},
          {"tunnel", address_or_null(b.tunnel_address)},
          {"ports", to_json(b.range)},
          {"class", row.class_name},
          {"via", row.via ? Json(to_string(*row.via)) : Json(nullptr)},
          {"usage", to_json(row.usage)}};
}

Json to_json(const NeighborRow& row) {
  const auto& n = row.neighbor;
  return {{"side", name_of(n.hop.side)},
          {"address", to_string(n.hop.address)},
          {"mac", n.heard ? Json(to_string(n.hop.mac)) : Json(nullptr)},
          {"state", neighbor::to_string(n.state)},
          {"router", n.pinned},
          {"age_s", row.age_s ? Json(*row.age_s) : Json(nullptr)},
          {"waiting", n.waiting}};
}

Json to_json(const lease::Lease& l) {
  return {{"id", l.id},
          {"state", lease::to_string(l.state)},
          {"client", hex_of(l.client)},
          {"mac", to_string(l.mac)},
          {"class", l.class_name},
          {"vendor_class", l.vendor_class},
          {"private", to_string(l.private_address)},
          {"public", address_or_null(l.public_address)},
          {"tunnel", address_or_null(l.tunnel_address)},
          {"ports", to_json(l.range)},
          {"relay", address_or_null(l.relay)},
          {"granted", to_text(l.granted)},
          {"until", l.lease_s == lease::kInfinite && l.state == lease::State::Bound
                        ? Json(nullptr)
                        : Json(to_text(l.until))},
          {"lease_s", l.lease_s}};
}

Json to_json(const lease::HistoryRecord& record) {
  return {{"event", lease::to_string(record.event)},
          {"at", to_text(record.at)},
          {"lease", to_json(record.lease)},
          {"usage", to_json(record.usage)}};
}

Json to_json(const Difference& difference) {
  return {{"kind", name_of(difference.kind)}, {"what", difference.what}};
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace portico::management
