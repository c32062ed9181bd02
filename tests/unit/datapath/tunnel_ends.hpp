// SPDX-License-Identifier: BSD-3-Clause
// A gateway and a concentrator with one tunnel between them, both turned by hand: what one sends
// reaches the other when the test lets it.
#pragma once

#include "fake/transparent_cipher.hpp"
#include "gateway/tunnels.hpp"
#include "support/tunnel_files.hpp"

#include "gateway.hpp"
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace portico::site {

inline const Ipv4 kConcentrator = "192.88.99.9"_ip;
inline const Ipv4 kProvider = "10.99.0.3"_ip;  ///< the phone's identity there
inline const Ipv4 kSipServer = "10.99.8.8"_ip;
inline const Mac kConcentratorMac = "02:00:00:00:00:09"_mac;
inline const Mac kProviderSideMac = "02:00:00:00:00:0a"_mac;
inline const Mac kSipServerMac = "00:00:5e:00:00:08"_mac;

inline tunnel::Record record() {
  tunnel::Record r;
  r.name = "pop";
  r.gateway = kWan;
  r.concentrator = kConcentrator;
  r.blocks = {{kProvider, 0, 65535}};
  r.remote = {"10.99.8.0/24"_net};
  r.spi_out = 4096;
  r.spi_in = 8192;
  r.key = "first";
  return r;
}

inline tunnel::Record udp_record() {
  auto r = record();
  r.udp = true;
  return r;
}
inline tunnel::Record ipip_record() {
  auto r = record();
  r.encapsulation = tunnel::Encapsulation::Ipip;
  r.key.clear();
  return r;
}

/// Another tunnel of the same concentrator's, by default to another gateway.
inline tunnel::Record second_record() {
  auto r = record();
  r.name = "second";
  r.gateway = "198.51.100.77"_ip;
  r.blocks = {{"10.99.0.4"_ip, 0, 65535}};
  r.spi_out = 12288;
  r.spi_in = 16384;
  r.key = "second";
  return r;
}

inline nappt::Binding tunnelled_binding() {
  auto phone = binding();
  phone.public_address = {};
  phone.tunnel_address = kProvider;
  phone.tunnel = 1;
  return phone;
}

struct EndsShape {
  std::vector<tunnel::Record> records = {record()};  ///< the gateway has those of its address
  unsigned workers = 1;
  tunnel::Allowance allowance{};
  std::size_t handed_over = 63;  ///< how many packets of other workers may wait
  bool disk_writes = true;
  tunnel::Dressing dressing{};
  nappt::Binding phone = tunnelled_binding();
};

/// Of phones that are seen by both addresses.
inline nappt::Signalling signalling() {
  static constexpr std::array<Prefix, 1> kServers{Prefix{{0x0a630800}, 24}};  // 10.99.8.0
  static constexpr std::array<std::uint16_t, 1> kSip{5060};
  return {kServers, kSip};
}

/// One end: its workers, and the control of its tunnels on a disk that never fails.
class TunnelEnd : public WorkerGroup, private gateway::TunnelWorld {
 public:
  TunnelEnd(tunnel::End end, Workers of, const EndsShape& shape)
      : WorkerGroup(std::move(of), {.workers = {}, .packets = Hardware::get().pool, .outlets = {}}),
        disk_writes(shape.disk_writes),
        publisher_(mailboxes()),
        tunnels_({.end = end,
                  .own = end == tunnel::End::Gateway ? kWan : kConcentrator,
                  .workers = static_cast<std::uint16_t>(workers().size()),
                  .link_mtu = worker().link(Side::Wan).mtu(),
                  .capacity = 7,
                  .dressing = shape.dressing,
                  .hard = shape.allowance},
                 publisher_, *this) {
    for (auto& w : workers()) {
      w->cipher = std::make_unique<fake::TransparentCipher>();
      for (auto& other : workers()) w->to_workers.push_back(other->from_workers.get());
    }
  }

  gateway::Tunnels& tunnels() { return tunnels_; }
  void order(const orders::Order& o) { publisher_.post(o, now); }
  /// Control does what is due, the disk is quick, and the workers turn.
  template <class Turn>
  void turn(const Turn& worker_turn) {
    tunnels_.turn({now, {1000}});
    while (disk_writes && !waiting_.empty()) {
      tunnels_.stored(waiting_.front().name, waiting_.front().number, {now, {1000}});
      waiting_.pop_front();
    }
    publisher_.pump(now);
    for (auto& w : workers()) worker_turn(*w);
    for (auto& w : workers()) worker_turn(*w);  // what was handed over
  }
  tunnel::Counters counters(TunnelIndex index = 1) {
    tunnel::Counters sum;
    for (const auto& w : workers())
      for (const auto& field : tunnel::kCounters.fields)
        sum.*field.member += (w->tunnels[index].counters.*field.member).value();
    return sum;
  }

  Time now{};
  bool disk_writes;

 private:
  std::vector<orders::Mailbox*> mailboxes() {
    std::vector<orders::Mailbox*> all;
    for (auto& w : workers()) all.push_back(&w->orders);
    return all;
  }
  Result<tunnel::KeyPtr> make_key(tunnel::Algorithm algorithm, Bytes octets) override {
    return fake::transparent_key(algorithm, octets);
  }
  void keep(const tunnel::SaState& state) override { waiting_.push_back(state); }

  gateway::Publisher publisher_;
  std::deque<tunnel::SaState> waiting_;
  gateway::Tunnels tunnels_;
};

/// Both ends. A phone's frame goes in at `from_phone`, a server's at `from_server`.
class TunnelEnds {
 public:
  explicit TunnelEnds(const EndsShape& shape = {})
      : gateway(tunnel::End::Gateway, make_gateway(shape), shape),
        concentrator(tunnel::End::Concentrator, make_concentrator(shape), shape) {
    gateway.order(orders::SetNextHop{kRouterHop, {kRouter, kRouterMac, Side::Wan, true}});
    concentrator.order(orders::SetNextHop{1, {"192.88.99.1"_ip, kRouterMac, Side::Wan, true}});
    concentrator.order(orders::SetNextHop{2, {kSipServer, kSipServerMac, Side::Lan, true}});
    concentrator.order(orders::SetOnLink{kSipServer, 2});
    gateway.order(orders::AddBinding{shape.phone});
    take(shape.records);
  }
  ~TunnelEnds() {
    turn();
    gateway.punted();
    concentrator.punted();
    clear();
  }

  /// What both read in their files.
  void take(std::vector<tunnel::Record> records) {
    concentrator.tunnels().take(support::files_of(records), {concentrator.now, {1000}});
    std::erase_if(records, [](const auto& r) { return r.gateway != kWan; });
    gateway.tunnels().take(support::files_of(records), {gateway.now, {1000}});
    turn();
    turn();
  }
  void turn() {
    gateway.turn([](auto& w) { gateway_turn(w); });
    concentrator.turn([](auto& w) { concentrator_turn(w); });
  }
  /// What the gateway sends by its WAN, after this frame came from a phone; and so on.
  fake::Frames from_phone(const support::Octets& frame, unsigned queue = 0) {
    clear();
    hardware().lan.receive(frame, queue);
    gateway.turn([](auto& w) { gateway_turn(w); });
    return hardware().wan.sent();
  }
  fake::Frames from_server(const support::Octets& frame, unsigned queue = 0) {
    clear();
    hardware().lan.receive(frame, queue);
    concentrator.turn([](auto& w) { concentrator_turn(w); });
    return hardware().wan.sent();
  }
  /// By the Internet: what the end that receives it sends to its LAN.
  fake::Frames to_concentrator(support::Octets frame, unsigned queue = 0) {
    address(frame, kConcentratorMac);
    hardware().wan.receive(frame, queue);
    concentrator.turn([](auto& w) { concentrator_turn(w); });
    return hardware().lan.sent();
  }
  fake::Frames to_gateway(support::Octets frame, unsigned queue = 0) {
    address(frame, kWanMac);
    hardware().wan.receive(frame, queue);
    gateway.turn([](auto& w) { gateway_turn(w); });
    return hardware().lan.sent();
  }
  /// What left by the WAN meanwhile.
  fake::Frames sent_by_wan() { return hardware().wan.sent(); }

  TunnelEnd gateway;
  TunnelEnd concentrator;

 private:
  static Hardware& hardware() { return Hardware::get(); }
  static void address(support::Octets& frame, const Mac& to) {
    std::ranges::copy(to.octets, frame.begin());
  }
  static void clear() {
    (void)hardware().lan.sent();
    (void)hardware().wan.sent();
  }
  static WorkerGroup::Workers make_gateway(const EndsShape& ends) {
    auto bindings = shape();
    bindings.tunnel_pools = {{"10.99.0.0/28"_net, 64}};
    return make(ends, [&] {
      return datapath::WorkerShape{.links = links(),
                                   .bindings = bindings,
                                   .next_hops = {.capacity = 16,
                                                 .on_link = {{{"198.51.100.0"_ip, 24}}},
                                                 .routes = {{{}, kRouterHop}}},
                                   .tunnels = {.capacity = 8, .sas = 64},
                                   .signalling = signalling()};
    });
  }
  static WorkerGroup::Workers make_concentrator(const EndsShape& ends) {
    return make(ends, [&] {
      return datapath::WorkerShape{
          .links = {datapath::Link{{kProviderSideMac, {"10.99.8.1"_ip, 24}, 0, 1500}},
                    datapath::Link{{kConcentratorMac, {kConcentrator, 24}, 0, 1500}}},
          .bindings = {},
          .next_hops = {.capacity = 16,
                        .on_link = {{{"192.88.99.0"_ip, 24}, Side::Wan},
                                    {{"10.99.8.0"_ip, 24}, Side::Lan}},
                        .routes = {{{}, 1}}},
          .tunnels = {.capacity = 8, .sas = 64},
          .blocks = {{{"10.99.0.0/28"_net, 64}}}};
    });
  }
  template <class Shape>
  static WorkerGroup::Workers make(const EndsShape& ends, const Shape& shape) {
    WorkerGroup::Workers all;
    for (unsigned i = 0; i < ends.workers; ++i) {
      auto s = shape();
      s.index = i;
      s.workers = ends.workers;
      s.ports = {hardware().lan.id(), hardware().wan.id()};
      s.tunnels.worker = static_cast<std::uint16_t>(i);
      s.punted = s.originated = 63;
      s.handed_over = ends.handed_over;
      s.reassembly = {.packets = 8};
      all.push_back(std::make_unique<datapath::Worker>(s));
    }
    return all;
  }
};

}  // namespace portico::site
