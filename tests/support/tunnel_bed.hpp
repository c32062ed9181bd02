// SPDX-License-Identifier: BSD-3-Clause
// Control's tunnels with workers that carry out their orders when told, and a store that writes
// when told.
#pragma once

#include "fake/transparent_cipher.hpp"
#include "gateway/publisher.hpp"
#include "gateway/tunnels.hpp"
#include "management/tunnel_tables.hpp"
#include "support/tunnel_files.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portico::support {

struct TunnelBed : gateway::TunnelWorld {
  struct Worker {
    explicit Worker(std::uint16_t index)
        : tunnels({.capacity = 8, .sas = 64, .worker = index}),
          blocks({.pools = {{"192.0.2.0/30"_net, 1024}}}) {}
    orders::Mailbox mailbox{256};
    tunnel::Tunnels tunnels;
    concentrator::Blocks blocks;

    void carry_out(const orders::Order& order) {
      if (const auto* o = std::get_if<orders::SetPath>(&order))
        tunnels.set_path(o->tunnel, *o->path);
      if (const auto* o = std::get_if<orders::SetSenders>(&order))
        tunnels.set_senders(o->tunnel, o->sas);
      if (const auto* o = std::get_if<orders::ExtendSa>(&order))
        tunnels.extend(o->tunnel, o->spi, o->reserved);
      if (const auto* o = std::get_if<orders::AddReceiver>(&order))
        tunnels.add_receiver(o->receiver);
      if (const auto* o = std::get_if<orders::RemoveReceiver>(&order))
        tunnels.remove_receiver(o->spi);
      if (const auto* o = std::get_if<orders::AddBlock>(&order)) blocks.add(o->block, o->tunnel);
      if (const auto* o = std::get_if<orders::RemoveBlock>(&order)) blocks.remove(o->block);
      if (const auto* o = std::get_if<orders::ForgetTunnel>(&order)) tunnels.forget(o->tunnel);
    }
  };

  explicit TunnelBed(tunnel::End end, tunnel::Allowance hard = {}, tunnel::Allowance soft = {})
      : publisher({&workers[0]->mailbox, &workers[1]->mailbox}),
        tunnels({.end = end,
                 .own = end == tunnel::End::Gateway ? "203.0.113.1"_ip : "198.51.100.1"_ip,
                 .workers = 2,
                 .window = 64,
                 .capacity = 7,
                 .sas = 64,
                 .hard = hard,
                 .soft = soft},
                publisher, *this) {}

  Result<tunnel::KeyPtr> make_key(tunnel::Algorithm algorithm, Bytes octets) override {
    return fake::transparent_key(algorithm, octets);
  }
  void keep(const tunnel::SaState& state) override { to_store.push_back(state); }

  /// The workers carry out what they were told, the store writes, until both have nothing to do.
  void settle() {
    do {
      serve();
      for (const auto& state : std::exchange(to_store, {})) {
        disk.insert_or_assign(state.name, state);
        tunnels.stored(state.name, state.number, now);
      }
    } while (publisher.outstanding() > 0 || !to_store.empty());
  }
  void serve() {
    publisher.pump(now.time);
    for (auto& worker : workers)
      worker->mailbox.serve(256, [&worker](const orders::Order& o) { worker->carry_out(o); });
  }
  /// On both clocks.
  void pass(Duration time) {
    now.time = now.time + time;
    now.wall.s += std::chrono::floor<std::chrono::seconds>(time).count();
    tunnels.turn(now);
    settle();
  }
  void take(const std::vector<tunnel::Record>& records) {
    tunnels.take(files_of(records), now);
    settle();
  }
  /// What another life finds.
  [[nodiscard]] tunnel::LoadedSas on_disk() const {
    tunnel::LoadedSas loaded;
    for (const auto& [name, state] : disk) loaded.states.push_back(state);
    return loaded;
  }
  [[nodiscard]] std::vector<management::TunnelTables> tables() const {
    return {{&workers[0]->tunnels, &workers[0]->blocks},
            {&workers[1]->tunnels, &workers[1]->blocks}};
  }

  /// The first: SPIs and keys like `number`'s.
  [[nodiscard]] static tunnel::Record record(std::string name, std::uint32_t number) {
    tunnel::Record record;
    record.name = std::move(name);
    record.gateway = "203.0.113.1"_ip;
    record.concentrator = "198.51.100.1"_ip;
    record.sas = 2;
    record.spi_out = 0x1000 + 16 * number;
    record.spi_in = 0x2000 + 16 * number;
    record.key = "key-" + std::to_string(number);
    record.remote = {"10.99.0.0/16"_net};
    record.blocks = {{"192.0.2.1"_ip, static_cast<std::uint16_t>(1024 * number),
                      static_cast<std::uint16_t>(1024 * number + 1023)}};
    return record;
  }
  Now now{Time{} + 3600s, WallTime{1'700'000'000}};
  std::vector<std::unique_ptr<Worker>> workers = two_workers();
  gateway::Publisher publisher;
  std::deque<tunnel::SaState> to_store;
  std::map<tunnel::SaName, tunnel::SaState> disk;
  gateway::Tunnels tunnels;

 private:
  static std::vector<std::unique_ptr<Worker>> two_workers() {
    std::vector<std::unique_ptr<Worker>> made;
    made.push_back(std::make_unique<Worker>(std::uint16_t{0}));
    made.push_back(std::make_unique<Worker>(std::uint16_t{1}));
    return made;
  }
};

}  // namespace portico::support
