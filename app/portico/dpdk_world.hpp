// SPDX-License-Identifier: BSD-3-Clause
// The World of the control core: frames through its own queues, rows to the store threads.
#pragma once

#include "app/portico/machine.hpp"
#include "app/portico/sa_store_thread.hpp"
#include "app/portico/store_thread.hpp"
#include "gateway/world.hpp"

namespace portico::app {

class DpdkWorld final : public gateway::World {
 public:
  /// `leases`: none of a concentrator. `sas`: none without tunnels.
  DpdkWorld(Machine& machine, StoreThread* leases, SaStoreThread* sas)
      : machine_(machine), leases_(leases), sas_(sas) {}

  void send(Side side, Bytes head, Bytes body) override {
    machine_.control_port().send(side, head, body);
  }
  void give_up(stats::Drop why) override { machine_.control_port().give_up(why); }
  [[nodiscard]] Result<tunnel::KeyPtr> make_key(tunnel::Algorithm algorithm, Bytes octets) override;
  void keep(const tunnel::SaState& state) override { sas_->submit({state}); }
  [[nodiscard]] bool store(const lease::Change& change) override { return leases_->submit(change); }
  [[nodiscard]] Usage usage(Ipv4 private_address) override {
    return machine_.usage(private_address);
  }

 private:
  Machine& machine_;
  StoreThread* leases_;
  SaStoreThread* sas_;
};

}  // namespace portico::app
