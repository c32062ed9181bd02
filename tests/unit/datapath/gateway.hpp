// SPDX-License-Identifier: BSD-3-Clause
// A gateway of up to four workers on ports in memory, turned by hand.
#pragma once

#include "base/expects.hpp"
#include "datapath/buffer.hpp"
#include "datapath/control_port.hpp"
#include "datapath/worker.hpp"
#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/ports.hpp"
#include "fake/memory_ports.hpp"

#include "site.hpp"
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

class Gateway {
 public:
  explicit Gateway(const Options& options = {}) {
    for (unsigned i = 0; i < options.workers; ++i) workers_.push_back(make_worker(i, options));
    datapath::ControlPort::Shape shape;
    for (auto& w : workers_) shape.workers.push_back(w.get());
    shape.packets = options.control_pool != nullptr ? options.control_pool : hardware_.pool;
    if (options.control_queue)
      shape.outlets = {datapath::ControlPort::Outlet{hardware_.lan.id(), kWorkers},
                       datapath::ControlPort::Outlet{hardware_.wan.id(), kWorkers}};
    control_ = std::make_unique<datapath::ControlPort>(shape);
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

  fake::MemoryPort& lan() { return hardware_.lan; }
  fake::MemoryPort& wan() { return hardware_.wan; }
  datapath::Worker& worker(unsigned i = 0) { return *workers_[i]; }
  datapath::ControlPort& control() { return *control_; }

  void order(const orders::Order& o) {
    for (auto& w : workers_) expects(w->orders.post(o) > 0);
  }
  void learn_router(Mac mac) {
    order(orders::SetNextHop{kRouterHop, {kRouter, mac, Side::Wan, true}});
  }
  void turn() {
    for (auto& w : workers_) gateway_turn(*w);
  }

  struct Punted {
    support::Octets frame;
    datapath::Note note;
  };
  std::vector<Punted> punted() {
    std::vector<Punted> all;
    control_->for_each_punted(1000, [&](MutableBytes frame, const datapath::Note& note) {
      all.push_back({{frame.begin(), frame.end()}, note});
      return std::optional<stats::Drop>{};
    });
    return all;
  }

  std::uint64_t dropped(stats::Drop why) {
    std::uint64_t n = control_->drops()[why];
    for (auto& w : workers_) n += w->drops[why];
    return n;
  }

  /// received + originated = sent + dropped + consumed (+ what is on its way).
  bool balanced() {
    std::uint64_t in = control_->counters().originated.value();
    std::uint64_t out =
        control_->counters().consumed.value() + control_->drops().total() + control_->in_flight();
    for (const auto side : {Side::Lan, Side::Wan}) {
      out += control_->port_counters(side).tx_packets.value();
      for (auto& w : workers_) {
        in += w->port(side).counters().rx_packets.value();
        out += w->port(side).counters().tx_packets.value();
      }
    }
    for (auto& w : workers_) out += w->drops.total();
    return in == out;
  }

 private:
  std::unique_ptr<datapath::Worker> make_worker(unsigned index, const Options& options) {
    datapath::NextHops::Shape hops{
        .capacity = 16, .on_link = Prefix{"198.51.100.0"_ip, 24}, .routes = {}};
    if (options.default_route) hops.routes.push_back({{}, kRouterHop});
    return std::make_unique<datapath::Worker>(
        datapath::WorkerShape{.index = index,
                              .ports = {hardware_.lan.id(), hardware_.wan.id()},
                              .links = links(options.lan_vlan, options.wan_vlan),
                              .bindings = shape(),
                              .next_hops = hops,
                              .orders = 64,
                              .punted = options.punted,
                              .originated = options.originated});
  }

  Hardware& hardware_ = Hardware::get();
  std::vector<std::unique_ptr<datapath::Worker>> workers_;
  std::unique_ptr<datapath::ControlPort> control_;
};

}  // namespace portico::site
