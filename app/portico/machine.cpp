// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/machine.hpp"

#include "app/portico/shapes.hpp"
#include "drivers/ipsec_mb/cipher.hpp"

#include <new>
#include <optional>

namespace portico::app {
namespace {

constexpr std::uint32_t kControlPackets = 4096;
constexpr std::uint32_t kLongestFrame = 9216;  // that control sends

datapath::Link link_of(const config::Config& config, Side side, const Mac& mac) {
  const auto& port = port_of(config, side);
  return datapath::Link{{.mac = mac,
                         .address = network_of(config, side).address,
                         .vlan = port.vlan,
                         .mtu = port.mtu}};
}

}  // namespace

Machine::Machine(const config::Config& config, dpdk::Eal eal)
    : eal_(std::move(eal)),
      worker_turn_(config.role == config::Role::Gateway ? datapath::gateway_turn
                                                        : datapath::concentrator_turn),
      idle_(config.eal.idle == config::Idle::Spin ? dpdk::IdlePolicy::Spin
                                                  : dpdk::IdlePolicy::Adaptive) {}

Result<std::unique_ptr<Machine>> Machine::build(const config::Config& config,
                                                const gateway::Plan& plan,
                                                const std::vector<std::string>& eal_arguments) {
  auto eal = dpdk::Eal::start(eal_options(config, eal_arguments));
  if (!eal) return fail(eal.error());
  std::unique_ptr<Machine> made{new Machine(config, std::move(*eal))};
  const auto up = made->open_ports(config)
                      .and_then([&] { return made->build_workers(config, plan); })
                      .and_then([&] { return made->open_control_port(); });
  if (!up) return fail(up.error());
  return made;
}

Machine::~Machine() { stop(); }

Result<void> Machine::open_ports(const config::Config& config) {
  for (const auto side : {Side::Lan, Side::Wan}) {
    auto port = dpdk::Port::open(port_options(config, side));
    if (!port) return fail(port.error());
    ports_.push_back(std::move(*port));
  }
  return {};
}

Result<void> Machine::build_workers(const config::Config& config, const gateway::Plan& plan) {
  const auto [lan_mac, wan_mac] = macs();
  for (unsigned i = 0; i < worker_count(config); ++i) {
    const auto lcore = is_one_lcore() ? 0 : eal_.worker_lcores()[i];
    memories_.push_back(std::make_unique<dpdk::Memory>(lcore));
    const datapath::WorkerShape shape{
        .index = i,
        .workers = static_cast<unsigned>(worker_count(config)),
        .ports = {port(Side::Lan).id(), port(Side::Wan).id()},
        .links = {link_of(config, Side::Lan, lan_mac), link_of(config, Side::Wan, wan_mac)},
        .bindings = gateway::bindings_shape(plan),
        .next_hops = next_hops_shape(config, plan),
        .tunnels = tunnels_shape(config, i),
        .signalling = {config.tunnel.signalling.servers, config.tunnel.signalling.ports},
        .blocks = blocks_shape(config),
        .reassembly = reassembly_shape(config)};
    try {
      owned_workers_.push_back(std::make_unique<datapath::Worker>(shape, memories_.back().get()));
    } catch (const std::bad_alloc&) {
      return fail("too little memory for the tables of a worker: raise memory_mib", "/eal");
    }
    workers_.push_back(owned_workers_.back().get());
    if (config.tunnel.file.empty()) continue;
    auto cipher = ipsec_mb::make_cipher();
    if (!cipher) return fail(cipher.error());
    workers_.back()->cipher = std::move(*cipher);
  }
  for (auto* worker : workers_)
    for (auto* other : workers_) worker->to_workers.push_back(other->from_workers.get());
  for (const auto* worker : workers_) tables_.push_back({&worker->tunnels, &worker->blocks});
  return {};
}

Result<void> Machine::open_control_port() {
  auto packets = dpdk::make_pool({.name = "control",
                                  .packets = kControlPackets,
                                  .frame_size = kLongestFrame,
                                  .private_size = datapath::kPrivateSize});
  if (!packets) return fail(packets.error());
  const auto outlet = [this](Side side) -> std::optional<datapath::ControlPort::Outlet> {
    const auto queue = port(side).control_queue();
    if (!queue) return std::nullopt;
    return datapath::ControlPort::Outlet{port(side).id(), *queue};
  };
  control_ = std::make_unique<datapath::ControlPort>(datapath::ControlPort::Shape{
      .workers = workers_, .packets = *packets, .outlets = {outlet(Side::Lan), outlet(Side::Wan)}});
  return {};
}

int Machine::worker_main(void* launch) {
  const auto& of = *static_cast<const Launch*>(launch);
  dpdk::Idle idle{of.idle};
  while (!of.stop->load(std::memory_order_relaxed)) idle.rest(of.turn(*of.worker) > 0);
  return 0;
}

Result<void> Machine::launch() {
  if (is_one_lcore()) return {};
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    launches_.push_back(std::make_unique<Launch>(
        Launch{workers_[i], worker_turn_, idle_, &stop_, eal_.worker_lcores()[i]}));
    if (auto up = dpdk::launch(launches_.back()->lcore, worker_main, launches_.back().get()); !up) {
      launches_.pop_back();
      return up;
    }
  }
  return {};
}

void Machine::stop() {
  stop_.store(true, std::memory_order_relaxed);
  for (const auto& launch : launches_) dpdk::wait_for(launch->lcore);
  launches_.clear();
}

std::size_t Machine::turn() { return is_one_lcore() ? worker_turn_(*workers_.front()) : 0; }

void Machine::send_originated() {
  if (is_one_lcore()) datapath::send_originated(*workers_.front());
}

std::array<Mac, kSides> Machine::macs() const {
  return {port(Side::Lan).mac(), port(Side::Wan).mac()};
}

std::vector<orders::Mailbox*> Machine::mailboxes() const {
  std::vector<orders::Mailbox*> all;
  for (auto* worker : workers_) all.push_back(&worker->orders);
  return all;
}

Usage Machine::usage(Ipv4 private_address) const {
  Usage sum;
  for (const auto* worker : workers_) sum += worker->bindings.usage(private_address);
  return sum;
}

}  // namespace portico::app
