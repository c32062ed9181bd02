// SPDX-License-Identifier: BSD-3-Clause
// The World of the control core: frames through its own queues, rows to the store thread.
#pragma once

#include "app/portico/store_thread.hpp"
#include "datapath/control_port.hpp"
#include "gateway/world.hpp"

#include <vector>

namespace portico::app {

class DpdkWorld final : public gateway::World {
 public:
  DpdkWorld(std::vector<datapath::Worker*>& workers, StoreThread& store)
      : workers_(workers), store_(store) {}

  /// Before the gateway starts.
  void set_port(datapath::ControlPort& port) { port_ = &port; }

  void send(Side side, Bytes head, Bytes body) override { port_->send(side, head, body); }
  void give_up(stats::Drop why) override { port_->give_up(why); }
  [[nodiscard]] bool store(const lease::Change& change) override { return store_.submit(change); }
  [[nodiscard]] Usage usage(Ipv4 private_address) override;

 private:
  std::vector<datapath::Worker*>& workers_;
  StoreThread& store_;
  datapath::ControlPort* port_ = nullptr;
};

}  // namespace portico::app
