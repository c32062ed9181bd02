// SPDX-License-Identifier: BSD-3-Clause
// Ports inside the process: what a test puts in is received, what is sent can be read back.
#pragma once

#include "base/endian.hpp"
#include "base/expects.hpp"

#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace portico::fake {

using Frames = std::vector<std::vector<std::uint8_t>>;

/// A started net_ring port of `queues` queue pairs, made once for a name and process.
class MemoryPort {
 public:
  MemoryPort(const std::string& name, unsigned queues, rte_mempool* pool, unsigned capacity = 128)
      : pool_(pool) {
    for (unsigned q = 0; q < queues; ++q) {
      in_.push_back(make_ring(name + "_in" + std::to_string(q), capacity));
      out_.push_back(make_ring(name + "_out" + std::to_string(q), capacity));
    }
    const int id = rte_eth_from_rings(name.c_str(), in_.data(), queues, out_.data(), queues, 0);
    expects(id >= 0, "net_ring takes the rings");
    id_ = static_cast<std::uint16_t>(id);
    const rte_eth_conf conf{};
    expects(rte_eth_dev_configure(id_, static_cast<std::uint16_t>(queues),
                                  static_cast<std::uint16_t>(queues), &conf) == 0);
    for (std::uint16_t q = 0; q < queues; ++q) {
      expects(rte_eth_rx_queue_setup(id_, q, 0, 0, nullptr, pool_) == 0);
      expects(rte_eth_tx_queue_setup(id_, q, 0, 0, nullptr) == 0);
    }
    expects(rte_eth_dev_start(id_) == 0);
  }

  [[nodiscard]] std::uint16_t id() const noexcept { return id_; }

  void receive(Bytes frame, unsigned queue = 0) {
    auto* m = rte_pktmbuf_alloc(pool_);
    expects(m != nullptr, "a test has packets enough");
    auto* to = rte_pktmbuf_append(m, static_cast<std::uint16_t>(frame.size()));
    std::ranges::copy(frame, reinterpret_cast<std::uint8_t*>(to));
    expects(rte_ring_enqueue(in_[queue], m) == 0);
  }

  /// For benchmarks, sent by queue 0: whole bursts, no copies.
  void put(rte_mbuf** burst, unsigned n, unsigned queue = 0) noexcept {
    enqueue(in_[queue], burst, n);
  }
  [[nodiscard]] unsigned take(rte_mbuf** burst, unsigned n) noexcept {
    return rte_ring_sc_dequeue_burst(out_[0], reinterpret_cast<void**>(burst), n, nullptr);
  }
  /// As if the burst had been sent.
  void loop(rte_mbuf** burst, unsigned n) noexcept { enqueue(out_[0], burst, n); }

  /// Everything sent since the last call, of all queues.
  [[nodiscard]] Frames sent() {
    Frames frames;
    void* object = nullptr;
    for (auto* ring : out_)
      while (rte_ring_dequeue(ring, &object) == 0) {
        auto* m = static_cast<rte_mbuf*>(object);
        const auto* first = rte_pktmbuf_mtod(m, const std::uint8_t*);
        frames.emplace_back(first, first + m->data_len);
        rte_pktmbuf_free(m);
      }
    return frames;
  }

 private:
  static void enqueue(rte_ring* ring, rte_mbuf** burst, unsigned n) noexcept {
    expects(rte_ring_sp_enqueue_bulk(ring, reinterpret_cast<void**>(burst), n, nullptr) == n);
  }
  static rte_ring* make_ring(const std::string& name, unsigned capacity) {
    auto* r =
        rte_ring_create(name.c_str(), capacity, 0, RING_F_EXACT_SZ | RING_F_SP_ENQ | RING_F_SC_DEQ);
    expects(r != nullptr);
    return r;
  }

  std::uint16_t id_ = 0;
  rte_mempool* pool_;
  std::vector<rte_ring*> in_;
  std::vector<rte_ring*> out_;
};

}  // namespace portico::fake
