// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/appliance.hpp"

#include "app/portico/clock.hpp"
#include "app/portico/shapes.hpp"
#include "app/portico/thread_place.hpp"
#include "drivers/dpdk/idle.hpp"

#include <random>
#include <utility>

namespace portico::app {
namespace {

constexpr std::size_t kPuntedPerTurn = 32;  // of each worker and kind
constexpr Duration kDrainFor = 3s;  // at the end; what is not stored then never was promised

std::uint32_t random_number() {
  static std::random_device device;
  return device();
}

}  // namespace

// ---- the start

Appliance::Appliance(const config::Config& config, gateway::Plan plan)
    : config_(config), cpus_(allowed_cpus()), plan_(std::move(plan)) {}

Result<std::unique_ptr<Appliance>> Appliance::start(const config::Config& config,
                                                    config::Tunnels tunnels,
                                                    const std::vector<std::string>& eal_arguments) {
  auto plan = gateway::make_plan(config, tunnels);
  if (!plan) return fail(plan.error());
  // It asks where threads may run: before EAL pins this one.
  std::unique_ptr<Appliance> made{new Appliance(config, std::move(*plan))};
  const auto up = made->open_files(std::move(tunnels))
                      .and_then([&] { return made->build_machine(eal_arguments); })
                      .and_then([&] { return made->build_core(); })
                      .and_then([&] { return made->machine_->launch(); });
  if (!up) return fail(up.error());
  return made;
}

Result<void> Appliance::open_files(config::Tunnels tunnels) {
  if (config_.role == config::Role::Gateway) {
    auto upkeep = GatewayUpkeep::open(config_, cpus_);
    if (!upkeep) return fail(upkeep.error());
    gateway_upkeep_ = std::move(*upkeep);
  }
  if (!config_.tunnel.file.empty()) {
    auto upkeep = TunnelUpkeep::open(config_, std::move(tunnels), cpus_);
    if (!upkeep) return fail(upkeep.error());
    tunnel_upkeep_ = std::move(*upkeep);
  }
  return {};
}

Result<void> Appliance::build_machine(const std::vector<std::string>& eal_arguments) {
  auto machine = Machine::build(config_, plan_, eal_arguments);
  if (!machine) return fail(machine.error());
  machine_ = std::move(*machine);
  return {};
}

Result<void> Appliance::build_core() {
  world_ =
      std::make_unique<DpdkWorld>(*machine_, gateway_upkeep_ ? &gateway_upkeep_->store() : nullptr,
                                  tunnel_upkeep_ ? &tunnel_upkeep_->store() : nullptr);
  const auto macs = machine_->macs();
  if (config_.role == config::Role::Gateway) {
    auto gateway = std::make_unique<gateway::Gateway>(
        plan_, gateway_settings(config_, macs), machine_->mailboxes(), *world_, random_number);
    gateway_ = gateway.get();
    core_ = std::move(gateway);
    const auto up = gateway_upkeep_->look_after(*gateway_, machine_->workers());
    if (!up) return up;
  } else {
    core_ = std::make_unique<gateway::Core>(plan_, core_settings(config_, macs),
                                            machine_->mailboxes(), *world_);
  }
  if (tunnel_upkeep_) tunnel_upkeep_->look_after(core_->tunnels(), machine_->tunnel_tables());
  return {};
}

/// Workers use what the control core has made, and so they end first.
Appliance::~Appliance() {
  if (machine_) machine_->stop();
}

// ---- the loop

void Appliance::run() {
  core_->start(read_clock());
  dpdk::Idle idle{dpdk::IdlePolicy::Adaptive};
  while (!stop_.load(std::memory_order_relaxed)) idle.rest(turn());
  drain();
}

bool Appliance::turn() {
  const auto now = read_clock();
  auto done = machine_->turn();
  done += machine_->control_port().for_each_punted(
      kPuntedPerTurn,
      [&](Bytes frame, const datapath::Note& note) { return take_in(frame, note, now); });
  machine_->send_originated();
  if (gateway_upkeep_) done += gateway_upkeep_->turn(now);
  if (tunnel_upkeep_) tunnel_upkeep_->turn(now);
  done += mailbox_.answer_all() ? 1 : 0;
  core_->turn(now);
  return done > 0;
}

std::optional<stats::Drop> Appliance::take_in(Bytes frame, const datapath::Note& note, Now now) {
  switch (note.kind) {
    case datapath::PuntKind::Arp:
      return core_->on_arp(note.side, frame, now);
    case datapath::PuntKind::Dhcp:
    case datapath::PuntKind::Service:
      return core_->on_udp(note.side, frame, now);
    case datapath::PuntKind::Icmp:
      return core_->on_icmp(note.side, frame, now);
    case datapath::PuntKind::Error:
      return core_->on_undeliverable(note.side, frame, note.reason, note.mtu, now);
    case datapath::PuntKind::Neighbor:
      return core_->on_unresolved(note.side, note.next_hop, note.original, frame, now);
  }
  return stats::Drop::NotAService;
}

/// What was begun is brought to its end, so that nothing stored is missing an answer, and a damaged
/// lease file is not what the next start finds.
void Appliance::drain() {
  const auto until = read_clock().time + kDrainFor;
  const auto is_drained = [this] { return !gateway_upkeep_ || gateway_upkeep_->is_drained(); };
  while (!is_drained() && read_clock().time < until) turn();
  if (gateway_upkeep_) gateway_upkeep_->finish();
  if (!tunnel_upkeep_) return;
  machine_->stop();
  tunnel_upkeep_->finish();
}

}  // namespace portico::app
