// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/transfer.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>

namespace portico::phone {
namespace {

constexpr int kDatagramsPerTurn = 64;  // a flood must not keep the rest of the telephone waiting

sockaddr_in to_socket_address(wire::Endpoint endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  address.sin_addr.s_addr = htonl(endpoint.address.bits);
  return address;
}

bool bind_to(int fd, wire::Endpoint local) {
  const auto address = to_socket_address(local);
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Result<std::unique_ptr<Transfer>> Transfer::begin(TftpRead read, Ipv4 address, PortRange ports,
                                                  std::uint32_t start, Time now) {
  posix::Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket) return posix::fail_errno("socket");
  for (std::uint32_t i = 0; i < ports.size; ++i) {
    const auto port = static_cast<std::uint16_t>(ports.first + (start + i) % ports.size);
    if (bind_to(socket.get(), {address, port})) {
      std::unique_ptr<Transfer> transfer{
          new Transfer{std::move(socket), {address, port}, std::move(read)}};
      transfer->send(transfer->client_.start(now));
      return transfer;
    }
    if (errno != EADDRINUSE) return posix::fail_errno("bind to port " + std::to_string(port));
  }
  return nullptr;
}

void Transfer::readable(Time now) {
  std::array<std::uint8_t, 65536> buffer;
  for (int i = 0; i < kDatagramsPerTurn; ++i) {
    sockaddr_in from{};
    socklen_t from_size = sizeof from;
    const auto size = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size < 0) return;
    send(client_.receive({.source = {{ntohl(from.sin_addr.s_addr)}, ntohs(from.sin_port)},
                          .destination = local_,
                          .payload = {buffer.data(), static_cast<std::size_t>(size)}},
                         now));
  }
}

void Transfer::tick(Time now) { send(client_.tick(now)); }

void Transfer::send(const std::optional<TftpClient::Reply>& reply) const {
  if (!reply) return;
  const auto address = to_socket_address(reply->to);
  // What cannot be sent now is sent again by the client's timer.
  [[maybe_unused]] const auto sent =
      ::sendto(socket_.get(), reply->payload.data(), reply->payload.size(), 0,
               reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace portico::phone
