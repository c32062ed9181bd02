// SPDX-License-Identifier: BSD-3-Clause
// The telephone: its lease on one side, its software on the other, and the loop that both live in.
#pragma once

#include "app/phone/dhcp_client.hpp"
#include "app/phone/event_log.hpp"
#include "app/phone/network.hpp"
#include "app/phone/options.hpp"
#include "app/phone/provisioning.hpp"
#include "app/phone/raw_socket.hpp"

#include <optional>

namespace portico::phone {

class Telephone {
 public:
  Telephone(const Options& options, const Interface& interface, RawSocket socket, Digest& digest);

  /// Until SIGTERM or SIGINT, or until --once is done; the program's exit code. SIGUSR1 renews.
  [[nodiscard]] int run();

 private:
  [[nodiscard]] Result<posix::Descriptor> take_signals() const;
  void power_on(Time now);
  void turn(Time now);
  void wait(int signals) const;
  void heed(int signals, Time now);
  [[nodiscard]] Time deadline() const noexcept;

  void receive(Time now);
  void carry_out(const Step& step, const Mac& from, Time now);
  void granted(Happened happened, Time now);
  void lost(Time now);
  void store_lease();
  /// False: there is nothing to run software on. The next renewal tries again.
  [[nodiscard]] bool enable(const Lease& lease);
  void disable();

  void finish(int exit_code, Time now);
  void power_off(Time now);
  void check_once(Time now);

  const Options& options_;
  EventLog log_;
  RawSocket socket_;
  Network network_;
  DhcpClient client_;
  Provisioning provisioning_;
  Mac server_mac_ = kBroadcastMac;
  std::optional<Lease> enabled_;
  Time started_;
  std::optional<int> exit_code_;  ///< set: on the way out, when the software has stopped
};

}  // namespace portico::phone
