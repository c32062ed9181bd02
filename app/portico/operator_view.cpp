// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/operator_view.hpp"

#include "app/portico/shapes.hpp"
#include "app/portico/tunnel_files.hpp"
#include "config/load.hpp"
#include "management/losses.hpp"
#include "management/tunnel_audit.hpp"

#include <algorithm>
#include <iterator>
#include <thread>
#include <tuple>

namespace portico::app {
namespace {

using management::Moment;

constexpr int kMostTries = 200;                   // of a question that needs a quiet moment
constexpr std::chrono::milliseconds kBetween{5};  // two tries

/// The worker's counters as they are, or as they were when it copied them.
datapath::WorkerStats stats_of(const datapath::Worker& worker, Moment moment) {
  return moment == Moment::Running ? worker.stats() : worker.snapshot;
}

/// False: a grant that its phone has not been told of yet, for it is on its way to the disk.
bool is_held(const gateway::Entry& entry) {
  return entry.lease.state != lease::State::Bound || entry.published;
}

template <class Row, class Source, class Make>
management::Page<Row> page_of(const Source& all, const management::PageRequest& request,
                              Make&& make) {
  management::Page<Row> page;
  page.total = all.size();
  const auto first = std::min(request.offset, all.size());
  const auto last = first + std::min(request.limit, all.size() - first);
  for (auto i = first; i < last; ++i) page.rows.push_back(make(all[i]));
  return page;
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
  add_drops(registry, appliance.control_port().drops());
  registry.add(datapath::kControlCounters, appliance.control_port().counters());
  registry.add(neighbor::kCounters, appliance.core().neighbors().counters());
  registry.add(icmp::kCounters, appliance.core().icmp().counters());
  if (appliance.sa_store() != nullptr) {
    registry.add(kSaStoreCounters, appliance.sa_store()->counters());
    registry.add(gateway::kKeepaliveCounters, appliance.core().keepalives().counters());
    registry.add(gateway::kTunnelPeerCounters, appliance.core().tunnel_peers().counters());
  }
  auto* gateway = appliance.gateway();
  if (gateway == nullptr) return;
  registry.add(dhcp::kCounters, gateway->dhcp().counters());
  registry.add(gateway::kLeaseCounters, gateway->leases().counters());
  registry.add(gateway::kProbeCounters, gateway->probes().counters());
  registry.add(tftp::kCounters, gateway->tftp().counters());
  registry.add(kStoreCounters, appliance.store().counters());
}

/// What is asked of phones, of a concentrator.
[[nodiscard]] auto has_no_phones() { return fail("a concentrator has no phones of its own"); }

}  // namespace

OperatorView::OperatorView(Appliance& appliance)
    : appliance_(appliance),
      live_(live_counters(appliance)),
      snapshot_(snapshot_counters(appliance)) {}

stats::Registry OperatorView::live_counters(Appliance& appliance) {
  stats::Registry registry;
  for (const auto* worker : appliance.workers()) add_worker(registry, *worker);
  add_control(registry, appliance);
  return registry;
}

stats::Registry OperatorView::snapshot_counters(Appliance& appliance) {
  stats::Registry registry;
  for (const auto* worker : appliance.workers()) add_worker(registry, worker->snapshot);
  add_control(registry, appliance);
  return registry;
}

// ---- health

Result<management::Health> OperatorView::health() {
  return appliance_.mailbox().ask([this] { return read_health(); });
}

management::Health OperatorView::read_health() {
  management::Health health;
  const auto now = read_clock().time;
  if (appliance_.gateway() != nullptr) read_health_of_leases(health, now);
  if (const auto silent = appliance_.core().publisher().silent_worker(now))
    health.reasons.push_back("worker " + std::to_string(*silent) + " carries out no orders");
  for (const auto side : {Side::Lan, Side::Wan})
    if (!appliance_.port(side).link_up())
      health.reasons.push_back("port " + appliance_.port(side).name() + " has no link");
  health.warnings = appliance_.warnings();
  auto* store = appliance_.sa_store();
  add_tunnel_health(appliance_.tunnel_sight(), store ? store->trouble() : std::nullopt, now,
                    health);
  return health;
}

void OperatorView::read_health_of_leases(management::Health& health, Time now) {
  auto& gateway = *appliance_.gateway();
  if (const auto trouble = appliance_.store().trouble())
    health.reasons.push_back("the lease store does not write: " + to_string(trouble->why));
  if (gateway.leases().calendar().clock_is_behind())
    health.reasons.push_back("the clock shows less than the newest event of the lease store");
  if (const auto reason = gateway.recovery().reason(now)) {
    health.reasons.push_back(*reason);
    health.recovery = management::Recovery{gateway.recovery().left_s(now)};
  }
}

// ---- statistics

Result<management::Statistics> OperatorView::statistics(Moment moment) {
  if (moment == Moment::Running)
    return appliance_.mailbox().ask([this] { return read_statistics(Moment::Running); });
  Result<management::Statistics> latest = fail("no moment without packets under way");
  for (int i = 0; i < kMostTries; ++i) {
    if (auto copied = snapshot_workers(); !copied) return fail(copied.error());
    latest = appliance_.mailbox().ask([this] { return read_statistics(Moment::TurnBoundary); });
    if (!latest || latest->balance.holds()) return latest;
    std::this_thread::sleep_for(kBetween);
  }
  return latest;
}

Result<void> OperatorView::snapshot_workers() {
  auto& mailbox = appliance_.mailbox();
  const auto order = mailbox.ask([this] {
    return appliance_.core().publisher().post(orders::TakeSnapshot{}, read_clock().time);
  });
  if (!order) return fail(order.error());
  for (int i = 0; i < kMostTries; ++i) {
    const auto applied = mailbox.ask([this] { return appliance_.core().publisher().applied(); });
    if (!applied) return fail(applied.error());
    if (*applied >= *order) return {};
    std::this_thread::sleep_for(kBetween);
  }
  return fail("a worker does not turn");
}

management::Statistics OperatorView::read_statistics(Moment moment) {
  management::Statistics statistics;
  const auto now = read_clock().time;
  for (const auto side : {Side::Lan, Side::Wan}) statistics.ports.push_back(port_row(side, moment));
  for (std::size_t i = 0; i < appliance_.workers().size(); ++i)
    statistics.workers.push_back(worker_row(i, now));
  for (auto& pool : dpdk::pool_usages())
    statistics.packet_pools.push_back({std::move(pool.name), pool.size, pool.in_use});
  statistics.groups = moment == Moment::Running ? live_.read() : snapshot_.read();
  statistics.groups.push_back(tunnel_totals(appliance_.tunnel_sight().workers));
  management::count_losses_as_drops(statistics);
  statistics.balance = balance(moment);
  return statistics;
}

management::PortRow OperatorView::port_row(Side side, Moment moment) {
  const auto& settings = port_of(appliance_.config(), side);
  const auto& port = appliance_.port(side);
  const auto i = static_cast<std::size_t>(side);
  management::PortRow row{.name = settings.name,
                          .device = settings.device,
                          .driver = port.driver(),
                          .side = side,
                          .mac = port.mac(),
                          .vlan = settings.vlan,
                          .mtu = settings.mtu,
                          .link_up = port.link_up(),
                          .speed_mbps = port.link_speed(),
                          .receive_queues = static_cast<std::uint16_t>(appliance_.workers().size()),
                          .transmit_queues = static_cast<std::uint16_t>(
                              appliance_.workers().size() + (port.control_queue() ? 1 : 0)),
                          .stats = {}};
  const auto add = [&row](const datapath::PortCounters& counters) {
    row.stats.packets_in += counters.rx_packets.value();
    row.stats.octets_in += counters.rx_octets.value();
    row.stats.packets_out += counters.tx_packets.value();
    row.stats.octets_out += counters.tx_octets.value();
  };
  for (const auto* worker : appliance_.workers()) add(stats_of(*worker, moment).ports[i]);
  add(appliance_.control_port().port_counters(side));
  const auto losses = port.losses();
  row.stats.missed = losses.missed;
  row.stats.no_buffer = losses.no_mbuf;
  row.stats.errors_in = losses.errors_in;
  row.stats.errors_out = losses.errors_out;
  return row;
}

management::WorkerRow OperatorView::worker_row(std::size_t index, Time now) {
  const auto& worker = *appliance_.workers()[index];
  const auto& eal = appliance_.config().eal;
  management::WorkerRow row;
  row.index = static_cast<std::uint32_t>(index);
  row.cpu = appliance_.is_one_lcore() ? eal.main_core : eal.worker_cores[index];
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

management::Balance OperatorView::balance(Moment moment) {
  management::Balance balance;
  for (const auto side : {Side::Lan, Side::Wan}) {
    const auto stats = port_row(side, moment).stats;
    const auto lost = stats.missed + stats.no_buffer;
    balance.received += stats.packets_in + lost;
    balance.dropped += lost;
    balance.sent += stats.packets_out;
  }
  const auto& control = appliance_.control_port();
  balance.dropped += control.drops().total();
  balance.originated = control.counters().originated.value();
  balance.consumed = control.counters().consumed.value();
  for (const auto* worker : appliance_.workers()) {
    const auto stats = stats_of(*worker, moment);
    balance.dropped += stats.drops.total();
    balance.originated += stats.fragments.made.value();
    balance.consumed += stats.fragments.joined.value();
  }
  return balance;
}

// ---- bindings, leases

Result<management::Page<management::BindingRow>> OperatorView::bindings(
    const management::BindingFilter& filter, const management::PageRequest& page) {
  if (appliance_.gateway() == nullptr) return has_no_phones();
  return appliance_.mailbox().ask([this, filter, page] {
    const auto& table = appliance_.workers().front()->bindings;
    const auto& plan = appliance_.plan();
    std::vector<nappt::Slot> slots;
    for (nappt::Slot slot = 0; slot < table.slots(); ++slot)
      if (const auto binding = table.at(slot); binding && management::matches(filter, *binding))
        slots.push_back(slot);
    return page_of<management::BindingRow>(slots, page, [&](nappt::Slot slot) {
      management::BindingRow row;
      row.binding = *table.at(slot);
      const auto* entry =
          appliance_.gateway()->leases().table().by_private(row.binding.private_address);
      row.class_name = entry == nullptr ? "static" : entry->lease.class_name;
      if (row.binding.next_hop != kNoHop) row.via = plan.routers[row.binding.next_hop - 1].address;
      row.usage = appliance_.usage(row.binding.private_address);
      return row;
    });
  });
}

Result<management::Page<lease::Lease>> OperatorView::leases(const management::PageRequest& page) {
  if (appliance_.gateway() == nullptr) return has_no_phones();
  return appliance_.mailbox().ask([this, page] {
    std::vector<const lease::Lease*> all;
    appliance_.gateway()->leases().table().for_each([&all](const gateway::Entry& entry) {
      if (is_held(entry)) all.push_back(&entry.lease);
    });
    std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    return page_of<lease::Lease>(all, page, [](const lease::Lease* lease) { return *lease; });
  });
}

Result<management::Page<management::NeighborRow>> OperatorView::neighbors(
    const management::PageRequest& page) {
  return appliance_.mailbox().ask([this, page] {
    auto all = appliance_.core().neighbors().rows();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.hop.side, a.hop.address) < std::tie(b.hop.side, b.hop.address);
    });
    const auto now = read_clock().time;
    return page_of<management::NeighborRow>(all, page, [now](const neighbor::Row& row) {
      management::NeighborRow told{row, std::nullopt};
      if (row.heard)
        told.age_s = std::chrono::floor<std::chrono::seconds>(now - *row.heard).count();
      return told;
    });
  });
}

// ---- tunnels

Result<management::Page<management::TunnelRow>> OperatorView::tunnels(
    const management::PageRequest& page) {
  return appliance_.mailbox().ask([this, page] {
    const auto now = read_clock().time;
    const auto sight = appliance_.tunnel_sight();
    return page_of<management::TunnelRow>(sight.tunnels.entries(), page, [&](const auto& entry) {
      return management::row_of(*entry, sight, now);
    });
  });
}

/// The files are read on the asking thread; control only takes what is right.
Result<std::vector<Error>> OperatorView::reload_tunnels() {
  auto files = std::make_shared<config::Tunnels>(load_tunnels(appliance_.config()));
  if (!files->errors.empty()) return std::move(files->errors);
  return appliance_.mailbox().ask([this, files] { return appliance_.take_tunnels(*files); });
}

Result<void> OperatorView::switch_keys(const std::string& tunnel) {
  const auto switched = appliance_.mailbox().ask(
      [this, tunnel] { return appliance_.core().tunnels().switch_now(tunnel, read_clock()); });
  if (!switched) return fail(switched.error());
  if (!*switched) return fail("there are no newer keys, or none that may be sent by yet", tunnel);
  return {};
}

Result<std::vector<lease::HistoryRecord>> OperatorView::history(const lease::HistoryQuery& query) {
  if (appliance_.gateway() == nullptr) return has_no_phones();
  return appliance_.lease_store().history(query);
}

Result<std::size_t> OperatorView::revoke(const Mac& mac) {
  if (appliance_.gateway() == nullptr) return has_no_phones();
  return appliance_.mailbox().ask(
      [this, mac] { return appliance_.gateway()->revoke(mac, read_clock()); });
}

Result<bool> OperatorView::accept_loss() {
  if (appliance_.gateway() == nullptr) return has_no_phones();
  return appliance_.mailbox().ask(
      [this] { return appliance_.gateway()->accept_loss(read_clock()); });
}

std::string OperatorView::configuration() { return config::render(appliance_.config()); }

// ---- audit

Result<std::vector<management::Difference>> OperatorView::audit() {
  auto found = audit_leases();
  auto of_tunnels = audit_tunnels();
  if (!found) return found;
  if (!of_tunnels) return of_tunnels;
  std::ranges::move(*of_tunnels, std::back_inserter(*found));
  return found;
}

/// Of a concentrator nothing: it has none.
Result<std::vector<management::Difference>> OperatorView::audit_leases() {
  if (appliance_.gateway() == nullptr) return std::vector<management::Difference>{};
  for (int i = 0; i < kMostTries; ++i) {
    const auto before = appliance_.mailbox().ask([this] { return read_holdings(); });
    if (!before) return fail(before.error());
    if (!*before) {
      std::this_thread::sleep_for(kBetween);
      continue;
    }
    const auto stored = appliance_.lease_store().rows();
    if (!stored) return fail(stored.error());
    const auto changes =
        appliance_.mailbox().ask([this] { return appliance_.gateway()->leases().changes(); });
    if (!changes) return fail(changes.error());
    if (*changes != (*before)->changes) continue;  // the store is of a later moment
    return management::audit(*stored, **before);
  }
  return fail("leases change all the time: no quiet moment to compare them");
}

Result<std::vector<management::Difference>> OperatorView::audit_tunnels() {
  for (int i = 0; i < kMostTries; ++i) {
    auto found = appliance_.mailbox().ask([this] {
      const auto sight = appliance_.tunnel_sight();
      return management::audit_tunnels(sight.tunnels, appliance_.core().publisher(), sight.workers);
    });
    if (!found) return fail(found.error());
    if (*found) return std::move(**found);
    std::this_thread::sleep_for(kBetween);
  }
  return fail("the workers have orders to carry out all the time: no quiet moment to compare them");
}

std::optional<management::Holdings> OperatorView::read_holdings() {
  std::vector<const nappt::Bindings*> tables;
  for (const auto* worker : appliance_.workers()) tables.push_back(&worker->bindings);
  return management::read_holdings(*appliance_.gateway(), tables);
}

}  // namespace portico::app
