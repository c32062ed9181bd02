// SPDX-License-Identifier: BSD-3-Clause
// DHCP on a packet socket: there is no address yet to receive on, nor a route to send by.
#pragma once

#include "app/phone/dhcp_client.hpp"
#include "app/phone/network.hpp"
#include "base/result.hpp"
#include "drivers/posix/descriptor.hpp"
#include "wire/datagram.hpp"

#include <optional>
#include <vector>

namespace portico::phone {

struct Received {
  wire::Datagram datagram;  ///< its payload is the socket's until the next receive()
  Mac from;                 ///< who put it on this link: the server, or a router on the way to it
};

class RawSocket {
 public:
  [[nodiscard]] static Result<RawSocket> open(const Interface& interface);

  [[nodiscard]] int fd() const noexcept { return packets_.get(); }
  /// Does not wait. Nothing: nothing is there; a packet that is no valid datagram for port 68 is
  /// passed over.
  [[nodiscard]] std::optional<Received> receive();
  [[nodiscard]] Result<void> send(const Send& message, const Mac& to) const;

 private:
  RawSocket(posix::Descriptor packets, posix::Descriptor port, int index)
      : packets_(std::move(packets)), port_(std::move(port)), index_(index) {}
  [[nodiscard]] std::optional<Received> accept(Bytes packet, bool checksum_is_final) const;

  posix::Descriptor packets_;
  posix::Descriptor port_;  // holds UDP port 68, so that the kernel does not call it unreachable
  int index_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(65536);
};

}  // namespace portico::phone
