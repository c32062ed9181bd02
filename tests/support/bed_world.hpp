// SPDX-License-Identifier: BSD-3-Clause
// What is around a test's control core: workers and a store that do their work when told, and what
// was sent.
#pragma once

#include "gateway/world.hpp"
#include "nappt/bindings.hpp"
#include "orders/mailbox.hpp"
#include "support/packet_builder.hpp"

#include <deque>
#include <functional>
#include <vector>

namespace portico::support {

struct BedWorker {
  static constexpr std::size_t kMailbox = 64;
  explicit BedWorker(const nappt::Shape& shape, std::size_t room = kMailbox)
      : mailbox(room), bindings(shape) {}
  orders::Mailbox mailbox;
  nappt::Bindings bindings;
  std::size_t bindings_held = 0;

  void add(const nappt::Binding& binding) {
    bindings.add(binding);
    ++bindings_held;
  }
  void serve(std::size_t most = kMailbox) {
    mailbox.serve(most, [this](const orders::Order& order) {
      if (const auto* o = std::get_if<orders::AddBinding>(&order)) add(o->binding);
      if (const auto* o = std::get_if<orders::RemoveBinding>(&order)) {
        bindings.remove(o->private_address);
        --bindings_held;
      }
    });
  }
};

struct BedWorld final : gateway::World {
  Result<tunnel::KeyPtr> make_key(tunnel::Algorithm, Bytes) override {
    return fail("there are no tunnels here");
  }
  void keep(const tunnel::SaState&) override {}
  struct Sent {
    Side side;
    Octets frame;
    std::size_t stamp;
  };
  std::function<std::size_t()> stamp = [] { return 0; };  ///< put on each frame that is sent
  std::vector<Sent> sent;
  std::deque<lease::Change> queue;     ///< handed to the store, not on disk
  std::vector<lease::Change> written;  ///< on disk, in order
  std::deque<std::uint64_t> untold;    ///< tickets of what is on disk, unknown to the gateway
  std::size_t room = 65536;
  std::size_t given_up = 0;

  void send(Side side, Bytes head, Bytes body) override {
    Octets frame(head.begin(), head.end());
    frame.insert(frame.end(), body.begin(), body.end());
    sent.push_back({side, std::move(frame), stamp()});
  }
  void give_up(stats::Drop) override { ++given_up; }
  bool store(const lease::Change& change) override {
    if (queue.size() >= room) return false;
    queue.push_back(change);
    return true;
  }
  Usage usage(Ipv4) override { return {7, 700, 5, 500}; }
};

}  // namespace portico::support
