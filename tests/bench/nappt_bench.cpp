// SPDX-License-Identifier: BSD-3-Clause
// Clocks a packet of NAPPT from receive to transmit, of a bare loop, and of swapping MAC addresses;
// one process, one line of JSON. tests/bench/run takes medians over several processes.
//
// The generator runs on the same lcore: it writes a batch of packets for phones in random order,
// which is not timed, then feeds it in bursts of 32 through rings, which is; its own share is
// measured alone and subtracted. Each figure is the median over many batches, so that a batch in
// which the process lost its CPU does not count; the three take turns in rounds, so that a CPU that
// changes its speed changes it for all of them, and the ratio is the median over the rounds.
#include "datapath/worker.hpp"
#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/memory.hpp"
#include "drivers/dpdk/ports.hpp"
#include "fake/memory_ports.hpp"
#include "support/packet_builder.hpp"

#include <nlohmann/json.hpp>
#include <rte_cycles.h>

#include "bare.hpp"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>

namespace portico::bench {
namespace {

constexpr Prefix kPrivatePool{{0x0a000000}, 12};  // 10.0.0.0/12: as many as 2^20 phones
constexpr Ipv4 kPublicBase{0xcb007100};           // 203.0.113.0
constexpr Ipv4 kServer{0xc0000250};               // 192.0.2.80
constexpr Mac kLanMac{{2, 0, 0, 0, 0, 1}};
constexpr Mac kWanMac{{2, 0, 0, 0, 0, 2}};
constexpr Mac kRouterMac{{0, 0, 0x5e, 0, 0, 0xfe}};
constexpr std::size_t kFrameSize = 60;  // 64 with the frame check sequence
constexpr int kRounds = 15;
constexpr std::size_t kFrames = 1 << 18;  // frames that lie ready for each direction

struct Case {
  std::uint32_t phones;
  std::uint32_t addresses;  // a power of two
  std::uint32_t batch;      // packets: few stay in L1 and L2, many do not
  std::uint32_t batches;
};

/// Every phone its range: as large as the addresses allow, none below port 1024.
class Numbering {
 public:
  explicit Numbering(const Case& c) noexcept {
    while (c.addresses * std::uint64_t{(65536 - 1024) / (size_ * 2)} >= c.phones) size_ *= 2;
    per_address_ = (65536 - 1024) / size_;
  }
  [[nodiscard]] std::uint16_t size() const noexcept { return static_cast<std::uint16_t>(size_); }
  [[nodiscard]] nappt::Binding phone(std::uint32_t i) const noexcept {
    nappt::Binding b;
    b.private_address = {kPrivatePool.base.bits + i};
    b.public_address = {kPublicBase.bits + i / per_address_};
    b.mac = Mac::from_bits(0x001b2c000000 + i);
    b.range = {static_cast<std::uint16_t>(1024 + i % per_address_ * size_), size()};
    return b;
  }

 private:
  std::uint32_t size_ = 1;
  std::uint32_t per_address_;
};

enum class Direction { Outbound, Inbound };

[[nodiscard]] double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

class Bench {
 public:
  Bench(const Case& c, rte_mempool* pool, std::pmr::memory_resource* memory)
      : case_(c),
        numbers_(c),
        public_pool_{{kPublicBase, static_cast<std::uint8_t>(32 - std::countr_zero(c.addresses))},
                     numbers_.size()},
        private_pool_{kPrivatePool.base,
                      static_cast<std::uint8_t>(32 - std::bit_width(c.phones - 1))},
        lan_("lan", 1, pool, kBurst),
        wan_("wan", 1, pool, kBurst),
        worker_(shape(), memory),
        bare_(private_pool_, public_pool_, c.phones, memory) {
    worker_.next_hops.set(1, {{0xc6336401}, kRouterMac, Side::Wan, true});
    for (std::uint32_t i = 0; i < c.phones; ++i) {
      const auto b = numbers_.phone(i);
      worker_.bindings.add(i, b);
      bare_.add(i, b, wire::ChecksumDelta{}.replace(b.private_address, b.public_address).folded());
    }
    for (const auto d : {Direction::Outbound, Direction::Inbound})
      for (std::size_t i = 0; i < kFrames; ++i)
        std::ranges::copy(packet(d, static_cast<std::uint32_t>(random_() % c.phones)),
                          frames_[static_cast<std::size_t>(d)].emplace_back().begin());
    packets_.resize(c.batch);
    for (auto& m : packets_) m = rte_pktmbuf_alloc(pool);
    expects(packets_.back() != nullptr, "the pool holds a batch");
  }

  [[nodiscard]] double octets_a_phone() const {
    return static_cast<double>(nappt::Bindings::memory_bytes(bindings_shape())) / case_.phones;
  }

  /// The data path, less what the generator costs.
  [[nodiscard]] double nappt(Direction d) {
    auto& in = d == Direction::Outbound ? lan_ : wan_;
    auto& out = d == Direction::Outbound ? wan_ : lan_;
    return median(d,
                  [&](rte_mbuf** burst) {
                    in.put(burst, kBurst);
                    gateway_turn(worker_);
                    expects(out.take(burst, kBurst) == kBurst, "every packet is forwarded");
                  }) -
           generator(d, out);
  }
  [[nodiscard]] double macswap(Direction d) {
    return median(d,
                  [&](rte_mbuf** burst) {
                    lan_.put(burst, kBurst);
                    swap_macs();
                    expects(lan_.take(burst, kBurst) == kBurst, "every packet comes back");
                  }) -
           generator(d, lan_);
  }
  [[nodiscard]] double bare(Direction d) {
    return median(d, [&](rte_mbuf** burst) {
      Burst frames;
      for (std::size_t i = 0; i < kBurst; ++i) frames[i] = datapath::first_octet(burst[i]);
      const auto n = d == Direction::Outbound ? bare_.outbound(frames) : bare_.inbound(frames);
      expects(n == kBurst, "every packet is translated");
    });
  }

 private:
  [[nodiscard]] nappt::Shape bindings_shape() const {
    return {
        .private_pools = {private_pool_}, .public_pools = {public_pool_}, .slots = case_.phones};
  }
  [[nodiscard]] datapath::WorkerShape shape() const {
    return {.index = 0,
            .ports = {lan_.id(), wan_.id()},
            .links = {datapath::Link{{kLanMac, {{0x0aff0001}, 16}, 0, 1500}},
                      datapath::Link{{kWanMac, {{0xc6336402}, 24}, 0, 1500}}},
            .bindings = bindings_shape(),
            .next_hops = {.capacity = 2, .on_link = {{0xc6336400}, 24}, .routes = {{{}, 1}}}};
  }

  [[nodiscard]] double generator(Direction d, fake::MemoryPort& out) {
    return median(d, [&](rte_mbuf** burst) {
      out.loop(burst, kBurst);
      expects(out.take(burst, kBurst) == kBurst);
    });
  }

  void swap_macs() noexcept {
    std::array<rte_mbuf*, kBurst> burst;
    const auto n = rte_eth_rx_burst(lan_.id(), 0, burst.data(), kBurst);
    for (std::size_t i = 0; i < n; ++i) {
      auto* frame = datapath::first_octet(burst[i]);
      const auto destination = load_be<std::uint64_t>(frame);  // and two octets of the source
      const auto source = load_be<std::uint64_t>(frame + 6);   // and two of the type
      store_be(frame, (source & ~std::uint64_t{0xffff}) | destination >> 48);
      store_be(frame + 8, static_cast<std::uint32_t>(destination >> 16));
    }
    rte_eth_tx_burst(lan_.id(), 0, burst.data(), n);
  }

  /// Clocks a packet.
  template <class Work>
  [[nodiscard]] double median(Direction d, Work&& work) {
    std::vector<double> clocks;
    for (std::uint32_t i = 0; i < case_.batches; ++i) {
      write_batch(d);
      const auto start = rte_rdtsc_precise();
      for (std::size_t at = 0; at < packets_.size(); at += kBurst) work(&packets_[at]);
      clocks.push_back(static_cast<double>(rte_rdtsc_precise() - start) /
                       static_cast<double>(packets_.size()));
    }
    return median_of(std::move(clocks));
  }

  /// Copies the next of the frames that lie ready: little code and few lines of memory, so that
  /// what is timed afterwards finds the caches as it left them.
  void write_batch(Direction d) {
    const auto& ready = frames_[static_cast<std::size_t>(d)];
    for (auto* m : packets_) {
      rte_pktmbuf_reset(m);
      m->data_len = kFrameSize;
      m->pkt_len = kFrameSize;
      std::memcpy(datapath::first_octet(m), ready[next_].data(), kFrameSize);
      next_ = (next_ + 1) % kFrames;
    }
  }

  [[nodiscard]] support::Octets packet(Direction d, std::uint32_t phone) {
    const auto b = numbers_.phone(phone);
    const auto port = static_cast<std::uint16_t>(b.range.first + random_() % b.range.size);
    support::Frame f;
    f.payload.resize(kFrameSize - 42);
    if (d == Direction::Outbound) {
      f.to_mac = kLanMac;
      f.from_mac = b.mac;
      f.from = b.private_address;
      f.to = kServer;
      f.from_port = port;
      f.to_port = 5060;
    } else {
      f.to_mac = kWanMac;
      f.from_mac = kRouterMac;
      f.from = kServer;
      f.to = b.public_address;
      f.from_port = 5060;
      f.to_port = port;
    }
    return f.build();
  }

  const Case case_;
  const Numbering numbers_;
  const nappt::PublicPool public_pool_;
  const Prefix private_pool_;
  fake::MemoryPort lan_;
  fake::MemoryPort wan_;
  datapath::Worker worker_;
  BareTables bare_;
  std::vector<rte_mbuf*> packets_;
  std::array<std::vector<std::array<std::uint8_t, kFrameSize>>, 2> frames_;  // by Direction
  std::size_t next_ = 0;
  std::mt19937 random_{1};
};

int run(const Case& c) {
  const auto eal = dpdk::Eal::start({.program = "nappt_bench", .memory_mib = 320});
  if (!eal) return std::fprintf(stderr, "%s\n", to_string(eal.error()).c_str()), 1;
  auto pool = dpdk::make_pool({.name = "packets",
                               .packets = c.batch + 512,
                               .frame_size = 1518,
                               .private_size = datapath::kPrivateSize});
  if (!pool) return std::fprintf(stderr, "%s\n", to_string(pool.error()).c_str()), 1;
  dpdk::Memory memory{0};
  Bench bench{c, *pool, &memory};
  nlohmann::json out{{"phones", c.phones},
                     {"addresses", c.addresses},
                     {"batch", c.batch},
                     {"hugepages", eal->uses_hugepages()},
                     {"octets_a_phone", bench.octets_a_phone()},
                     {"tsc_hz", rte_get_tsc_hz()}};
  for (const auto& [name, d] :
       {std::pair{"outbound", Direction::Outbound}, std::pair{"inbound", Direction::Inbound}}) {
    std::vector<double> bare, nappt, macswap, ratio;
    for (int round = 0; round < kRounds; ++round) {
      bare.push_back(bench.bare(d));
      nappt.push_back(bench.nappt(d));
      macswap.push_back(bench.macswap(d));
      ratio.push_back(nappt.back() / bare.back());
    }
    out[name] = {{"bare", median_of(bare)},
                 {"nappt", median_of(nappt)},
                 {"macswap", median_of(macswap)},
                 {"ratio", median_of(ratio)}};
  }
  std::printf("%s\n", out.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace portico::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s PHONES ADDRESSES PACKETS_A_BATCH BATCHES\n", argv[0]);
    return 2;
  }
  const auto number = [&](int i) {
    return static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
  };
  return portico::bench::run({number(1), number(2), number(3), number(4)});
}
