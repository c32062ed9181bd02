// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/statistics_reader.hpp"

#include "app/portico/clock.hpp"
#include "app/portico/shapes.hpp"
#include "management/losses.hpp"
#include "management/tunnel_rows.hpp"

#include <utility>

namespace portico::app {
namespace {

using management::Moment;

/// The worker's counters as they are, or as they were when it copied them.
datapath::WorkerStats stats_of(const datapath::Worker& worker, Moment moment) {
  return moment == Moment::Running ? worker.stats() : worker.snapshot;
}

void add_drops(stats::Registry& registry, const stats::DropCounters& drops) {
  for (const auto& text : stats::kDropTexts)
    registry.add("drops", text.name, text.help, drops.counter(text.drop));
}

/// `counters`: a worker, or its snapshot.
void add_worker(stats::Registry& registry, const auto& counters) {
  registry.add(datapath::kNapptCounters, counters.translated);
  registry.add(datapath::kFragmentCounters, counters.fragments);
  add_drops(registry, counters.drops);
}

/// Those of the control core and the stores: the same at any moment.
void add_control(stats::Registry& registry, Appliance& appliance) {
  const auto& port = appliance.machine().control_port();
  add_drops(registry, port.drops());
  registry.add(datapath::kControlCounters, port.counters());
  registry.add(neighbor::kCounters, appliance.core().neighbors().counters());
  registry.add(icmp::kCounters, appliance.core().icmp().counters());
  if (auto* tunnels = appliance.tunnel_upkeep()) {
    registry.add(kSaStoreCounters, tunnels->store().counters());
    registry.add(gateway::kKeepaliveCounters, appliance.core().keepalives().counters());
    registry.add(gateway::kTunnelPeerCounters, appliance.core().tunnel_peers().counters());
  }
  auto* gateway = appliance.gateway();
  if (gateway == nullptr) return;
  registry.add(dhcp::kCounters, gateway->dhcp().counters());
  registry.add(gateway::kLeaseCounters, gateway->leases().counters());
  registry.add(gateway::kProbeCounters, gateway->probes().counters());
  registry.add(tftp::kCounters, gateway->tftp().counters());
  registry.add(kStoreCounters, appliance.gateway_upkeep()->store().counters());
}

/// Of each worker what `counting` makes of it.
template <class Counting>
stats::Registry counters_of(Appliance& appliance, const Counting& counting) {
  stats::Registry registry;
  for (const auto* worker : appliance.machine().workers()) add_worker(registry, counting(*worker));
  add_control(registry, appliance);
  return registry;
}

}  // namespace

StatisticsReader::StatisticsReader(Appliance& appliance)
    : appliance_(appliance),
      machine_(appliance.machine()),
      live_(counters_of(
          appliance, [](const auto& worker) -> auto& { return worker; })),
      snapshot_(counters_of(
          appliance, [](const auto& worker) -> auto& { return worker.snapshot; })) {}

management::Statistics StatisticsReader::read(Moment moment) {
  management::Statistics statistics;
  const auto now = read_clock().time;
  for (const auto side : {Side::Lan, Side::Wan}) statistics.ports.push_back(port_row(side, moment));
  for (std::size_t i = 0; i < machine_.workers().size(); ++i)
    statistics.workers.push_back(worker_row(i, now));
  for (auto& pool : dpdk::pool_usages())
    statistics.packet_pools.push_back({std::move(pool.name), pool.size, pool.in_use});
  statistics.groups = moment == Moment::Running ? live_.read() : snapshot_.read();
  statistics.groups.push_back(management::tunnel_totals(machine_.tunnel_tables()));
  management::count_losses_as_drops(statistics);
  statistics.balance = balance(moment);
  return statistics;
}

management::PortRow StatisticsReader::port_row(Side side, Moment moment) {
  const auto& settings = port_of(appliance_.config(), side);
  const auto& port = machine_.port(side);
  const auto i = static_cast<std::size_t>(side);
  const auto workers = machine_.workers().size();
  management::PortRow row{
      .name = settings.name,
      .device = settings.device,
      .driver = port.driver(),
      .side = side,
      .mac = port.mac(),
      .vlan = settings.vlan,
      .mtu = settings.mtu,
      .link_up = port.link_up(),
      .speed_mbps = port.link_speed(),
      .receive_queues = static_cast<std::uint16_t>(workers),
      .transmit_queues = static_cast<std::uint16_t>(workers + (port.control_queue() ? 1 : 0)),
      .stats = {}};
  const auto add = [&row](const datapath::PortCounters& counters) {
    row.stats.packets_in += counters.rx_packets.value();
    row.stats.octets_in += counters.rx_octets.value();
    row.stats.packets_out += counters.tx_packets.value();
    row.stats.octets_out += counters.tx_octets.value();
  };
  for (const auto* worker : machine_.workers()) add(stats_of(*worker, moment).ports[i]);
  add(machine_.control_port().port_counters(side));
  const auto losses = port.losses();
  row.stats.missed = losses.missed;
  row.stats.no_buffer = losses.no_mbuf;
  row.stats.errors_in = losses.errors_in;
  row.stats.errors_out = losses.errors_out;
  return row;
}

management::WorkerRow StatisticsReader::worker_row(std::size_t index, Time now) {
  const auto& worker = *machine_.workers()[index];
  const auto& eal = appliance_.config().eal;
  management::WorkerRow row;
  row.index = static_cast<std::uint32_t>(index);
  row.cpu = machine_.is_one_lcore() ? eal.main_core : eal.worker_cores[index];
  row.turns = worker.counters.turns.value();
  row.idle_turns = worker.counters.idle_turns.value();
  row.punted = worker.counters.punted.value();
  row.handed_over = worker.counters.handed_over.value();
  for (const auto& port : worker.ports) row.packets += port.counters().rx_packets.value();
  row.orders_posted = worker.orders.posted();
  row.orders_applied = worker.orders.applied();
  row.turning = appliance_.core().publisher().silent_worker(now) != index;
  return row;
}

management::Balance StatisticsReader::balance(Moment moment) {
  management::Balance balance;
  for (const auto side : {Side::Lan, Side::Wan}) {
    const auto stats = port_row(side, moment).stats;
    const auto lost = stats.missed + stats.no_buffer;
    balance.received += stats.packets_in + lost;
    balance.dropped += lost;
    balance.sent += stats.packets_out;
  }
  const auto& control = machine_.control_port();
  balance.dropped += control.drops().total();
  balance.originated = control.counters().originated.value();
  balance.consumed = control.counters().consumed.value();
  for (const auto* worker : machine_.workers()) {
    const auto stats = stats_of(*worker, moment);
    balance.dropped += stats.drops.total();
    balance.originated += stats.fragments.made.value();
    balance.consumed += stats.fragments.joined.value();
  }
  return balance;
}

}  // namespace portico::app
