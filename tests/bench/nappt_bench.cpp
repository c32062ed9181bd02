// SPDX-License-Identifier: BSD-3-Clause
// Clocks a packet of NAPPT from receive to transmit, of a bare loop, and of swapping MAC addresses;
// then where NAPPT's clocks go, by stage. One process, one line of JSON; tests/bench/run takes
// medians over several processes.
//
// The generator runs on the same lcore: it writes a batch of packets for phones in random order,
// which is not timed, then feeds it in bursts of 32 through rings, which is; its own share is
// measured alone and subtracted. Each figure is the median over many batches, so that a batch in
// which the process lost its CPU does not count. The contestants take turns in rounds, so that a
// CPU that changes its speed changes it for all of them, and the ratio is the median over the
// rounds. A turn begins with as many packets as there are phones, not timed: what it finds in the
// caches is its own.
#include "datapath/stages.hpp"
#include "fake/memory_ports.hpp"

#include <nlohmann/json.hpp>
#include <rte_cycles.h>

#include "bare.hpp"
#include "process.hpp"
#include "traffic.hpp"
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace portico::bench {
namespace {

struct Case {
  std::uint32_t phones;
  std::uint32_t addresses;  // a power of two
  std::uint32_t batch;      // packets: few stay in L1 and L2, many do not
  std::uint32_t batches;
};

/// In the order of gateway_turn.
constexpr std::array<std::string_view, 15> kStages{
    "orders",      "receive",   "take over",   "reassemble", "out of tunnel",
    "outbound",    "hairpin",   "from tunnel", "inbound",    "originated",
    "into tunnel", "hand over", "send",        "punt",       "release"};
using StageClocks = std::array<double, kStages.size()>;

class Bench {
 public:
  Bench(const Case& c, rte_mempool* pool, std::pmr::memory_resource* memory)
      : case_(c),
        numbers_(c.phones, c.addresses),
        public_pool_{{kPublicBase, static_cast<std::uint8_t>(32 - std::countr_zero(c.addresses))},
                     numbers_.size()},
        private_pool_{kPrivatePool.base,
                      static_cast<std::uint8_t>(32 - std::bit_width(c.phones - 1))},
        lan_("lan", 1, pool, kBurst),
        wan_("wan", 1, pool, kBurst),
        worker_(shape(), memory),
        bare_(private_pool_, public_pool_, c.phones, memory),
        traffic_(numbers_, c.phones) {
    worker_.next_hops.set(1, {{0xc6336401}, kRouterMac, Side::Wan, true});
    for (std::uint32_t i = 0; i < c.phones; ++i) {
      const auto b = numbers_.phone(i);
      worker_.bindings.add(b);
      bare_.add(i, b, wire::ChecksumDelta{}.replace(b.private_address, b.public_address).folded());
    }
    packets_.resize(c.batch);
    for (auto& m : packets_) m = rte_pktmbuf_alloc(pool);
    expects(packets_.back() != nullptr, "the pool holds a batch");
  }

  [[nodiscard]] double octets_a_phone() const {
    return static_cast<double>(nappt::Bindings::memory_bytes(bindings_shape())) / case_.phones;
  }

  /// The data path, less what the generator costs.
  [[nodiscard]] double nappt(Direction d) {
    return median(d, [&](rte_mbuf** burst) { forward(d, burst, [&] { gateway_turn(worker_); }); }) -
           generator(d, out(d));
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

  /// The clocks of each stage, less what reading the clock costs.
  [[nodiscard]] StageClocks stages(Direction d) {
    std::array<std::vector<double>, kStages.size()> clocks;
    const auto batch = [&](std::array<std::uint64_t, kStages.size()>& sums) {
      traffic_.write(d, packets_);
      for (std::size_t at = 0; at < packets_.size(); at += kBurst)
        forward(d, &packets_[at], [&] { timed_turn(sums); });
    };
    std::array<std::uint64_t, kStages.size()> none{};
    for (std::uint32_t i = 0; i < warming_batches(); ++i) batch(none);
    for (std::uint32_t i = 0; i < case_.batches; ++i) {
      std::array<std::uint64_t, kStages.size()> sums{};
      batch(sums);
      for (std::size_t stage = 0; stage < kStages.size(); ++stage)
        clocks[stage].push_back(static_cast<double>(sums[stage]) / case_.batch);
    }
    StageClocks result;
    for (std::size_t stage = 0; stage < kStages.size(); ++stage)
      result[stage] = median_of(std::move(clocks[stage])) - clock_itself() / kBurst;
    return result;
  }

 private:
  [[nodiscard]] nappt::Shape bindings_shape() const {
    return {.private_pools = {private_pool_}, .public_pools = {public_pool_}};
  }
  [[nodiscard]] datapath::WorkerShape shape() const {
    return {.index = 0,
            .ports = {lan_.id(), wan_.id()},
            .links = {datapath::Link{{kLanMac, {{0x0aff0001}, 16}, 0, 1500}},
                      datapath::Link{{kWanMac, {{0xc6336402}, 24}, 0, 1500}}},
            .bindings = bindings_shape(),
            .next_hops = {.capacity = 2, .on_link = {{{{0xc6336400}, 24}}}, .routes = {{{}, 1}}}};
  }
  [[nodiscard]] fake::MemoryPort& in(Direction d) noexcept {
    return d == Direction::Outbound ? lan_ : wan_;
  }
  [[nodiscard]] fake::MemoryPort& out(Direction d) noexcept {
    return d == Direction::Outbound ? wan_ : lan_;
  }

  template <class Turn>
  void forward(Direction d, rte_mbuf** burst, Turn&& turn) {
    in(d).put(burst, kBurst);
    turn();
    expects(out(d).take(burst, kBurst) == kBurst, "every packet is forwarded");
  }
  [[nodiscard]] double generator(Direction d, fake::MemoryPort& port) {
    return median(d, [&](rte_mbuf** burst) {
      port.loop(burst, kBurst);
      expects(port.take(burst, kBurst) == kBurst);
    });
  }

  void timed_turn(std::array<std::uint64_t, kStages.size()>& sums) noexcept {
    auto stage = sums.begin();
    auto last = rte_rdtsc();
    const auto ends = [&] {
      const auto now = rte_rdtsc();
      *stage++ += now - last;
      last = now;
    };
    datapath::Lanes lanes;
    serve_orders(worker_), ends();
    receive(worker_, lanes), ends();
    take_over(worker_, lanes), ends();
    reassemble(worker_, lanes), ends();
    tunnel_inbound(worker_, lanes), ends();
    nappt_outbound(worker_, lanes), ends();
    nappt_hairpin(worker_, lanes), ends();
    nappt_from_tunnel(worker_, lanes), ends();
    nappt_inbound(worker_, lanes), ends();
    join_originated(worker_, lanes), ends();
    tunnel_outbound(worker_, lanes), ends();
    hand_over(worker_, lanes), ends();
    send(worker_, lanes), ends();
    punt(worker_, lanes), ends();
    release(worker_, lanes), ends();
  }
  [[nodiscard]] static double clock_itself() {
    constexpr int kReadings = 1000;
    const auto start = rte_rdtsc();
    for (int i = 0; i < kReadings; ++i) [[maybe_unused]] const volatile auto reading = rte_rdtsc();
    return static_cast<double>(rte_rdtsc() - start) / kReadings;
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
    const auto batch = [&] {
      traffic_.write(d, packets_);
      const auto start = rte_rdtsc_precise();
      for (std::size_t at = 0; at < packets_.size(); at += kBurst) work(&packets_[at]);
      return static_cast<double>(rte_rdtsc_precise() - start) / case_.batch;
    };
    for (std::uint32_t i = 0; i < warming_batches(); ++i) batch();
    std::vector<double> clocks;
    for (std::uint32_t i = 0; i < case_.batches; ++i) clocks.push_back(batch());
    return median_of(std::move(clocks));
  }
  [[nodiscard]] std::uint32_t warming_batches() const noexcept {
    return case_.phones / case_.batch;
  }

  const Case case_;
  const Numbering numbers_;
  const GranulePool public_pool_;
  const Prefix private_pool_;
  fake::MemoryPort lan_;
  fake::MemoryPort wan_;
  datapath::Worker worker_;
  BareTables bare_;
  Traffic traffic_;
  std::vector<rte_mbuf*> packets_;
};

[[nodiscard]] nlohmann::json measure(Bench& bench, Direction d) {
  std::vector<double> bare, nappt, macswap, ratio;
  std::array<std::vector<double>, kStages.size()> stages;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(bench.bare(d));
    nappt.push_back(bench.nappt(d));
    macswap.push_back(bench.macswap(d));
    ratio.push_back(nappt.back() / bare.back());
    const auto clocks = bench.stages(d);
    for (std::size_t i = 0; i < kStages.size(); ++i) stages[i].push_back(clocks[i]);
  }
  nlohmann::json out{{"bare", median_of(bare)},
                     {"nappt", median_of(nappt)},
                     {"macswap", median_of(macswap)},
                     {"ratio", median_of(ratio)}};
  for (std::size_t i = 0; i < kStages.size(); ++i)
    out["stages"][kStages[i]] = median_of(std::move(stages[i]));
  return out;
}

int run(const Case& c) {
  return print_figures("nappt_bench", c.batch,
                       [&](rte_mempool* pool, std::pmr::memory_resource* memory) {
                         Bench bench{c, pool, memory};
                         return nlohmann::json{{"phones", c.phones},
                                               {"addresses", c.addresses},
                                               {"batch", c.batch},
                                               {"octets_a_phone", bench.octets_a_phone()},
                                               {"tsc_hz", rte_get_tsc_hz()},
                                               {"outbound", measure(bench, Direction::Outbound)},
                                               {"inbound", measure(bench, Direction::Inbound)}};
                       });
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
