// SPDX-License-Identifier: BSD-3-Clause
// The World of the control core: frames through its own queues, rows to the store thread.
#pragma once

#include "app/portico/sa_store_thread.hpp"
#include "app/portico/store_thread.hpp"
#include "datapath/control_port.hpp"
#include "gateway/world.hpp"

#include <vector>

namespace portico::app {

class DpdkWorld final : public gateway::World {
 public:
  /// `leases`: none of a concentrator. `sas`: none without tunnels.
  DpdkWorld(std::vector<datapath::Worker*>& workers, datapath::ControlPort& port,
            StoreThread* leases, SaStoreThread* sas)
      : workers_(workers), port_(port), leases_(leases), sas_(sas) {}

  void send(Side side, Bytes head, Bytes body) override { port_.send(side, head, body); }
  void give_up(stats::Drop why) override { port_.give_up(why); }
  [[nodiscard]] Result<tunnel::KeyPtr> make_key(tunnel::Algorithm algorithm, Bytes octets) override;
  void keep(const tunnel::SaState& state) override { sas_->submit({state}); }
  [[nodiscard]] bool store(const lease::Change& change) override { return leases_->submit(change); }
  [[nodiscard]] Usage usage(Ipv4 private_address) override;

 private:
  std::vector<datapath::Worker*>& workers_;
  datapath::ControlPort& port_;
  StoreThread* leases_;
  SaStoreThread* sas_;
};

}  // namespace portico::app
