// SPDX-License-Identifier: BSD-3-Clause
// A TFTP read over a UDP socket whose port is one of the telephone's own: no other would be let
// through the gateway, should the server stand outside.
#pragma once

#include "app/phone/tftp_client.hpp"
#include "base/port_range.hpp"
#include "base/result.hpp"
#include "drivers/posix/descriptor.hpp"

#include <memory>

namespace portico::phone {

class Transfer {
 public:
  /// Binds the first free port of the range, from `start` on (taken modulo its size), and sends the
  /// request. Null: all ports are in use.
  [[nodiscard]] static Result<std::unique_ptr<Transfer>> begin(TftpRead read, Ipv4 address,
                                                               PortRange ports, std::uint32_t start,
                                                               Time now);

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return local_.port; }
  void readable(Time now);
  void tick(Time now);
  [[nodiscard]] const TftpClient& client() const noexcept { return client_; }
  [[nodiscard]] std::vector<std::uint8_t> take_octets() noexcept { return client_.take_octets(); }

 private:
  Transfer(posix::Descriptor socket, wire::Endpoint local, TftpRead read)
      : socket_(std::move(socket)), local_(local), client_(std::move(read)) {}
  void send(const std::optional<TftpClient::Reply>& reply) const;

  posix::Descriptor socket_;
  wire::Endpoint local_;
  TftpClient client_;
};

}  // namespace portico::phone
