// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/operator_view.hpp"

#include "app/portico/clock.hpp"
#include "app/portico/tunnel_files.hpp"
#include "config/load.hpp"
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

/// What is asked of phones, of a concentrator.
[[nodiscard]] auto has_no_phones() { return fail("a concentrator has no phones of its own"); }

[[nodiscard]] auto has_no_tunnels() { return fail("there are no tunnels", "/tunnel/file"); }

}  // namespace

// ---- health

Result<management::Health> OperatorView::health() {
  return appliance_.mailbox().ask([this] { return read_health(); });
}

management::Health OperatorView::read_health() {
  management::Health health;
  const auto now = read_clock().time;
  if (appliance_.gateway() != nullptr) read_health_of_gateway(health, now);
  if (const auto silent = appliance_.core().publisher().silent_worker(now))
    health.reasons.push_back("worker " + std::to_string(*silent) + " carries out no orders");
  for (const auto side : {Side::Lan, Side::Wan})
    if (const auto& port = appliance_.machine().port(side); !port.link_up())
      health.reasons.push_back("port " + port.name() + " has no link");
  if (auto* tunnels = appliance_.tunnel_upkeep())
    add_tunnel_health(tunnels->sight(), tunnels->store().trouble(), now, health);
  return health;
}

void OperatorView::read_health_of_gateway(management::Health& health, Time now) {
  auto& gateway = *appliance_.gateway();
  auto& upkeep = *appliance_.gateway_upkeep();
  health.warnings = upkeep.warnings();
  if (const auto trouble = upkeep.store().trouble())
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
    return appliance_.mailbox().ask([this] { return statistics_.read(Moment::Running); });
  Result<management::Statistics> latest = fail("no moment without packets under way");
  for (int i = 0; i < kMostTries; ++i) {
    if (auto copied = snapshot_workers(); !copied) return fail(copied.error());
    latest = appliance_.mailbox().ask([this] { return statistics_.read(Moment::TurnBoundary); });
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

// ---- bindings, leases

Result<management::Page<management::BindingRow>> OperatorView::bindings(
    const management::BindingFilter& filter, const management::PageRequest& page) {
  if (appliance_.gateway() == nullptr) return has_no_phones();
  return appliance_.mailbox().ask([this, filter, page] {
    const auto& table = appliance_.machine().workers().front()->bindings;
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
      row.usage = appliance_.machine().usage(row.binding.private_address);
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
  using Rows = management::Page<management::TunnelRow>;
  if (appliance_.tunnel_upkeep() == nullptr) return Rows{};
  return appliance_.mailbox().ask([this, page] {
    const auto now = read_clock().time;
    const auto sight = appliance_.tunnel_upkeep()->sight();
    return page_of<management::TunnelRow>(sight.tunnels.entries(), page, [&](const auto& entry) {
      return management::row_of(*entry, sight, now);
    });
  });
}

/// The files are read on the asking thread; control only takes what is right.
Result<std::vector<Error>> OperatorView::reload_tunnels() {
  if (appliance_.tunnel_upkeep() == nullptr) return has_no_tunnels();
  auto files = std::make_shared<config::Tunnels>(load_tunnels(appliance_.config()));
  if (!files->errors.empty()) return std::move(files->errors);
  return appliance_.mailbox().ask(
      [this, files] { return appliance_.tunnel_upkeep()->take(std::move(*files)); });
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
  return appliance_.gateway_upkeep()->lease_store().history(query);
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
    const auto stored = appliance_.gateway_upkeep()->lease_store().rows();
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
      return management::audit_tunnels(appliance_.core().tunnels(), appliance_.core().publisher(),
                                       appliance_.machine().tunnel_tables());
    });
    if (!found) return fail(found.error());
    if (*found) return std::move(**found);
    std::this_thread::sleep_for(kBetween);
  }
  return fail("the workers have orders to carry out all the time: no quiet moment to compare them");
}

std::optional<management::Holdings> OperatorView::read_holdings() {
  std::vector<const nappt::Bindings*> tables;
  for (const auto* worker : appliance_.machine().workers()) tables.push_back(&worker->bindings);
  return management::read_holdings(*appliance_.gateway(), tables);
}

}  // namespace portico::app
