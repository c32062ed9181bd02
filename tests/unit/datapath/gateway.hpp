// SPDX-License-Identifier: BSD-3-Clause
// A gateway of up to four workers on ports in memory, turned by hand.
#pragma once

#include "base/expects.hpp"
#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/ports.hpp"
#include "fake/memory_ports.hpp"

#include "site.hpp"
#include "worker_group.hpp"
#include <memory>
#include <vector>

namespace portico::site {

inline constexpr unsigned kWorkers = 4;

/// What can be made only once a process.
struct Hardware {
  Hardware()
      : eal(*dpdk::Eal::start(
            {.program = "datapath_test", .hugepages = dpdk::Hugepages::No, .memory_mib = 96})),
        pool(*dpdk::make_pool({.name = "test",
                               .packets = 4095,
                               .frame_size = 2000,
                               .private_size = datapath::kPrivateSize})),
        small_pool(*dpdk::make_pool({.name = "small",
                                     .packets = 1,
                                     .frame_size = 2000,
                                     .private_size = datapath::kPrivateSize})),
        lan("lan", kWorkers + 1, pool),
        wan("wan", kWorkers + 1, pool) {}

  static Hardware& get() {
    static Hardware hardware;
    return hardware;
  }

  dpdk::Eal eal;
  rte_mempool* pool;
  rte_mempool* small_pool;
  fake::MemoryPort lan;
  fake::MemoryPort wan;
};

struct Options {
  unsigned workers = 1;
  std::uint16_t lan_vlan = 0;
  std::uint16_t wan_vlan = 0;
  std::size_t punted = 63;
  std::size_t originated = 63;
  bool control_queue = false;
  rte_mempool* control_pool = nullptr;
  bool default_route = true;
};

class Gateway : public WorkerGroup {
 public:
  explicit Gateway(const Options& options = {})
      : WorkerGroup(make_workers(options), control_of(options)) {
    learn_router(kRouterMac);
    order(orders::SetNextHop{kLanRouterHop,
                             {"10.20.0.254"_ip, "00:00:5e:00:00:aa"_mac, Side::Lan, true}});
    order(orders::AddBinding{binding()});
    order(orders::AddBinding{routed_binding()});
    turn();
  }
  ~Gateway() {
    turn();
    punted();
    (void)lan().sent();
    (void)wan().sent();
  }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  fake::MemoryPort& lan() { return Hardware::get().lan; }
  fake::MemoryPort& wan() { return Hardware::get().wan; }

  void order(const orders::Order& o) {
    for (auto& w : workers()) expects(w->orders.post(o) > 0);
  }
  void learn_router(Mac mac) {
    order(orders::SetNextHop{kRouterHop, {kRouter, mac, Side::Wan, true}});
  }
  void turn() {
    for (auto& w : workers()) gateway_turn(*w);
  }

 private:
  static datapath::ControlPort::Shape control_of(const Options& options) {
    auto& hardware = Hardware::get();
    datapath::ControlPort::Shape shape;
    shape.packets = options.control_pool != nullptr ? options.control_pool : hardware.pool;
    if (options.control_queue)
      shape.outlets = {datapath::ControlPort::Outlet{hardware.lan.id(), kWorkers},
                       datapath::ControlPort::Outlet{hardware.wan.id(), kWorkers}};
    return shape;
  }
  static Workers make_workers(const Options& options) {
    Workers workers;
    for (unsigned i = 0; i < options.workers; ++i) workers.push_back(make_worker(i, options));
    return workers;
  }
  static std::unique_ptr<datapath::Worker> make_worker(unsigned index, const Options& options) {
    auto& hardware = Hardware::get();
    datapath::NextHops::Shape hops{
        .capacity = 16, .on_link = {{{"198.51.100.0"_ip, 24}}}, .routes = {}};
    if (options.default_route) hops.routes.push_back({{}, kRouterHop});
    return std::make_unique<datapath::Worker>(
        datapath::WorkerShape{.index = index,
                              .ports = {hardware.lan.id(), hardware.wan.id()},
                              .links = links(options.lan_vlan, options.wan_vlan),
                              .bindings = shape(),
                              .next_hops = hops,
                              .orders = 64,
                              .punted = options.punted,
                              .originated = options.originated});
  }
};

}  // namespace portico::site
