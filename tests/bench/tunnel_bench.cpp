// SPDX-License-Identifier: BSD-3-Clause
// Clocks a packet of a phone's way through its tunnel, both ways, beside what it is made of: NAPPT
// without a tunnel, and the cipher's own work on the same packets. One process, one line of JSON.
//
// The generator runs on the same lcore, as nappt_bench's does, and its share is subtracted. The
// contestants take turns in rounds. A packet that comes in was sealed before, by the far end's SA;
// sealing is not timed, and each is new to the replay window.
#include "datapath/stages.hpp"
#include "drivers/ipsec_mb/cipher.hpp"
#include "fake/memory_ports.hpp"
#include "support/packet_builder.hpp"
#include "support/tunnel_keys.hpp"
#include "tunnel/esp.hpp"
#include "tunnel/sa_set.hpp"

#include <nlohmann/json.hpp>
#include <rte_cycles.h>

#include "process.hpp"
#include "traffic.hpp"
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace portico::bench {
namespace {

constexpr std::size_t kBatch = 512;  // packets: few enough to stay in L2
constexpr Mac kPhoneMac{{0, 0x1b, 0x2c, 0, 0, 1}};
constexpr Ipv4 kOwn{0xc6336402};       // 198.51.100.2
constexpr Ipv4 kFarEnd{0xc0586301};    // 192.88.99.1
constexpr Ipv4 kPhones{0x0a000000};    // 10.0.0.0
constexpr Ipv4 kDirect{0xcb007100};    // 203.0.113.0
constexpr Ipv4 kProvider{0xc6120000};  // 198.18.0.0
constexpr PortRange kRange{32768, 16384};

/// One phone a tunnel, one SA each way.
[[nodiscard]] tunnel::Record record(std::uint32_t i) {
  tunnel::Record r;
  r.name = std::to_string(i);
  r.gateway = kOwn;
  r.concentrator = kFarEnd;
  r.blocks = {{{kProvider.bits + i}, 0, 65535}};
  r.remote = {{kServer, 32}};
  r.spi_out = 0x10000 + i;
  r.spi_in = 0x20000 + i;
  r.key = r.name;
  return r;
}

struct Case {
  std::uint32_t sas;
  std::size_t size;  ///< of the inner packet, in octets
};

class Bench {
 public:
  Bench(const Case& c, rte_mempool* pool, std::pmr::memory_resource* memory)
      : case_(c),
        lan_("lan", 2, pool, kBurst),
        wan_("wan", 2, pool, kBurst),
        owner_(shape(0), memory),
        other_(shape(1), memory),
        cipher_(*ipsec_mb::make_cipher()) {
    for (auto* worker : {&owner_, &other_}) {
      worker->cipher = *ipsec_mb::make_cipher();
      worker->next_hops.set(1, {{0xc6336401}, kRouterMac, Side::Wan, true});
      worker->to_workers = {owner_.from_workers.get(), other_.from_workers.get()};
    }
    for (std::uint32_t i = 0; i < c.sas; ++i) add(i);
    packets_.resize(kBatch);
    for (auto& m : packets_) m = rte_pktmbuf_alloc(pool);
    expects(packets_.back() != nullptr, "the pool holds a batch");
    order_.resize(kBatch);
  }

  /// The whole path, by the tunnel or directly, less what the generator costs.
  [[nodiscard]] double tunnelled(Direction way) { return path(way, true, false); }
  [[nodiscard]] double direct(Direction way) { return path(way, false, false); }
  /// By the tunnel, received by the worker that does not own the SA: what both do together. One
  /// lcore does both, so that it costs nothing that a packet goes from cache to cache.
  [[nodiscard]] double handed_over(Direction way) { return path(way, true, true); }
  /// The cipher alone.
  [[nodiscard]] double raw(Direction way) {
    std::vector<double> clocks;
    for (int i = 0; i < kBatches; ++i) {
      // Sealed packets, to be opened; or sealed again where they lie.
      write(Direction::Inbound, true);
      std::vector<tunnel::Job> jobs = jobs_of(way);
      const auto start = rte_rdtsc_precise();
      for (std::size_t at = 0; at < jobs.size(); at += kBurst) {
        const auto burst = std::span{jobs}.subspan(at, kBurst);
        way == Direction::Outbound ? cipher_->seal(burst) : cipher_->open(burst);
      }
      clocks.push_back(static_cast<double>(rte_rdtsc_precise() - start) / kBatch);
    }
    return median_of(std::move(clocks));
  }

 private:
  static constexpr int kBatches = 40;  // a round

  [[nodiscard]] datapath::WorkerShape shape(std::uint16_t index) const {
    const auto length = static_cast<std::uint8_t>(32 - std::bit_width(case_.sas));
    return {.index = index,
            .workers = 2,
            .ports = {lan_.id(), wan_.id()},
            .links = {datapath::Link{{kLanMac, {{0x0aff0001}, 16}, 0, 1500}},
                      datapath::Link{{kWanMac, {kOwn, 24}, 0, 1500}}},
            .bindings = {.private_pools = {{kPhones, 12}},
                         .strays = {},
                         .public_pools = {{{kDirect, 22}, 16384}},
                         .tunnel_pools = {{{kProvider, length}, 16384}}},
            .next_hops = {.capacity = 2, .on_link = {{{{0xc6336400}, 24}}}, .routes = {{{}, 1}}},
            .tunnels = {.capacity = case_.sas + 1, .sas = case_.sas, .worker = index}};
  }

  /// Tunnel i + 1, a phone of the provider's i-th address in it, and one with a direct address.
  void add(std::uint32_t i) {
    const auto r = record(i);
    const auto keys = support::key_set(r);
    const auto make = [&](tunnel::End end) {
      return std::move(
          *tunnel::SaSet::make(r, keys, {}, {.end = end, .tunnel = i + 1}, ipsec_mb::make_key));
    };
    near_.push_back(make(tunnel::End::Gateway));
    far_.push_back(make(tunnel::End::Concentrator));
    for (auto* set : {near_.back().get(), far_.back().get()})
      set->senders()[0].reserved = ~std::uint64_t{0} >> 1;
    for (auto* worker : {&owner_, &other_}) add(i, r, *worker);
  }
  void add(std::uint32_t i, const tunnel::Record& r, datapath::Worker& worker) {
    worker.tunnels.set_path(i + 1, tunnel::path_of(r, kOwn, 1500, {}, remote_));
    worker.tunnels.set_senders(i + 1, near_.back()->senders());
    worker.tunnels.add_receiver({near_.back()->receivers()[0].get(), owner_.index});
    nappt::Binding phone;
    phone.mac = kPhoneMac;
    phone.range = kRange;
    phone.private_address = {kPhones.bits + 2 * i + 1};
    phone.tunnel_address = {kProvider.bits + i};
    phone.tunnel = i + 1;
    worker.bindings.add(phone);
    phone.private_address = {kPhones.bits + 2 * i + 2};
    phone.tunnel_address = {};
    phone.tunnel = kNoTunnel;
    phone.public_address = {kDirect.bits + i % 1024};
    worker.bindings.add(phone);
  }

  [[nodiscard]] support::Octets frame(Direction way, bool by_tunnel, std::uint32_t i) const {
    support::Frame f;
    f.payload.resize(case_.size - 28);
    if (way == Direction::Outbound) {
      f.to_mac = kLanMac;
      f.from_mac = kPhoneMac;
      f.from = {kPhones.bits + 2 * i + (by_tunnel ? 1 : 2)};
      f.to = kServer;
      f.from_port = kRange.first;
      f.to_port = 5060;
    } else {
      f.to_mac = kWanMac;
      f.from_mac = kRouterMac;
      f.from = kServer;
      f.to = {by_tunnel ? kProvider.bits + i : kDirect.bits + i % 1024};
      f.from_port = 5060;
      f.to_port = kRange.first;
    }
    return f.build();
  }

  /// Makes each of the packets one of a tunnel at random, or of its direct neighbour.
  void write(Direction way, bool by_tunnel) {
    for (std::size_t at = 0; at < packets_.size(); ++at) {
      auto* m = packets_[at];
      order_[at] = static_cast<std::uint32_t>(random_() % case_.sas);
      const auto octets = frame(way, by_tunnel, order_[at]);
      rte_pktmbuf_reset(m);
      std::ranges::copy(octets, datapath::first_octet(m));
      m->data_len = static_cast<std::uint16_t>(octets.size());
      m->pkt_len = m->data_len;
    }
    if (way == Direction::Inbound && by_tunnel) wrap_all();
  }
  /// As the far end would have sent it.
  void wrap_all() {
    constexpr std::size_t kEthernet = 14;
    std::vector<tunnel::Job> jobs;
    for (std::size_t at = 0; at < packets_.size(); ++at) {
      auto* m = packets_[at];
      auto& sa = far_[order_[at]]->senders()[0];
      const std::size_t length = m->data_len - kEthernet;
      const auto room = tunnel::esp_room(tunnel::sizes_of(sa.algorithm), length);
      auto* inner = datapath::first_octet(m) + kEthernet;
      auto* esp = inner - room.header;
      const auto number = sa.next.value();
      ++sa.next;
      tunnel::write_esp_trailer(inner + length, room.padding);
      tunnel::write_esp_header(esp, sa.spi, number);
      wire::Ipv4Header{.source = kFarEnd, .destination = kOwn, .protocol = wire::kProtocolEsp}
          .write({esp - 20, 20}, room.total());
      wire::EthernetHeader{kWanMac, kRouterMac, 0, wire::kEtherIpv4}.write({esp - 34, 14});
      m->data_off = static_cast<std::uint16_t>(esp - 34 - static_cast<std::uint8_t*>(m->buf_addr));
      m->data_len = static_cast<std::uint16_t>(34 + room.total());
      m->pkt_len = m->data_len;
      jobs.push_back({sa.key, {esp, room.total()}, number, sa.esn, false});
    }
    cipher_->seal(jobs);
  }
  [[nodiscard]] std::vector<tunnel::Job> jobs_of(Direction way) const {
    std::vector<tunnel::Job> jobs;
    for (std::size_t at = 0; at < packets_.size(); ++at) {
      auto* m = packets_[at];
      auto* esp = datapath::first_octet(m) + 34;
      const auto& set = *(way == Direction::Outbound ? far_ : near_)[order_[at]];
      const auto* key = way == Direction::Outbound ? set.senders()[0].key : set.receivers()[0]->key;
      jobs.push_back({key,
                      {esp, m->data_len - std::size_t{34}},
                      load_be<std::uint32_t>(esp + 4),
                      true,
                      false});
    }
    return jobs;
  }

  [[nodiscard]] double path(Direction way, bool by_tunnel, bool by_other) {
    auto& in = way == Direction::Outbound ? lan_ : wan_;
    auto& out = way == Direction::Outbound ? wan_ : lan_;
    const auto forwarded = median(way, by_tunnel, [&](rte_mbuf** burst) {
      in.put(burst, kBurst, by_other ? other_.index : owner_.index);
      if (by_other) gateway_turn(other_);
      gateway_turn(owner_);
      expects(out.take(burst, kBurst) == kBurst, "every packet is forwarded");
    });
    return forwarded - median(way, by_tunnel, [&](rte_mbuf** burst) {
             out.loop(burst, kBurst);
             expects(out.take(burst, kBurst) == kBurst);
           });
  }
  template <class Work>
  [[nodiscard]] double median(Direction way, bool by_tunnel, Work&& work) {
    std::vector<double> clocks;
    for (int i = 0; i < kBatches; ++i) {
      write(way, by_tunnel);
      const auto start = rte_rdtsc_precise();
      for (std::size_t at = 0; at < packets_.size(); at += kBurst) work(&packets_[at]);
      clocks.push_back(static_cast<double>(rte_rdtsc_precise() - start) / kBatch);
    }
    return median_of(std::move(clocks));
  }

  const Case case_;
  fake::MemoryPort lan_;
  fake::MemoryPort wan_;
  datapath::Worker owner_;  // of every SA
  datapath::Worker other_;
  std::unique_ptr<tunnel::Cipher> cipher_;
  std::vector<std::unique_ptr<tunnel::SaSet>> near_;  // by tunnel
  std::vector<std::unique_ptr<tunnel::SaSet>> far_;
  const std::array<AddressBlock, 1> remote_{AddressBlock{{kServer, 32}}};
  std::vector<rte_mbuf*> packets_;
  std::vector<std::uint32_t> order_;  // the tunnel of each packet
  std::mt19937 random_{1};
};

[[nodiscard]] nlohmann::json measure(Bench& bench, Direction way) {
  std::vector<double> tunnelled, direct, raw, ratio, handed_over, handing_over;
  for (int round = 0; round < kRounds; ++round) {
    direct.push_back(bench.direct(way));
    raw.push_back(bench.raw(way));
    tunnelled.push_back(bench.tunnelled(way));
    ratio.push_back(tunnelled.back() / (direct.back() + raw.back()));
    handed_over.push_back(bench.handed_over(way));
    handing_over.push_back(handed_over.back() / tunnelled.back());
  }
  return {{"nappt", median_of(direct)},
          {"cipher", median_of(raw)},
          {"tunnel", median_of(tunnelled)},
          {"ratio", median_of(ratio)},
          {"handed_over", median_of(handed_over)},
          {"handing_over", median_of(handing_over)}};
}

int run(const Case& c) {
  return print_figures("tunnel_bench", kBatch,
                       [&](rte_mempool* pool, std::pmr::memory_resource* memory) {
                         Bench bench{c, pool, memory};
                         return nlohmann::json{{"sas", c.sas},
                                               {"octets", c.size},
                                               {"outbound", measure(bench, Direction::Outbound)},
                                               {"inbound", measure(bench, Direction::Inbound)}};
                       });
}

}  // namespace
}  // namespace portico::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s SAS OCTETS\n", argv[0]);
    return 2;
  }
  return portico::bench::run({static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)),
                              std::strtoul(argv[2], nullptr, 10)});
}
