// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/raw_socket.hpp"

#include "wire/udp.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace portico::phone {
namespace {

using wire::dhcp::kClientPort;
using wire::dhcp::kServerPort;

constexpr sock_filter op(int code, std::uint32_t k, std::uint8_t yes = 0, std::uint8_t no = 0) {
  return {static_cast<std::uint16_t>(code), yes, no, k};
}

/// Whole UDP datagrams to port 68: the telephone is not woken by its calls.
constexpr std::array kOnlyDhcp{
    op(BPF_LD | BPF_B | BPF_ABS, 9),  // protocol
    op(BPF_JMP | BPF_JEQ | BPF_K, wire::kProtocolUdp, 0, 6),
    op(BPF_LD | BPF_H | BPF_ABS, 6),  // more fragments, offset
    op(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 4, 0),
    op(BPF_LDX | BPF_B | BPF_MSH, 0),  // header length
    op(BPF_LD | BPF_H | BPF_IND, 2),   // destination port
    op(BPF_JMP | BPF_JEQ | BPF_K, kClientPort, 0, 1),
    op(BPF_RET | BPF_K, 0xffffffff),
    op(BPF_RET | BPF_K, 0),
};
constexpr std::array kNothing{op(BPF_RET | BPF_K, 0)};

bool attach(int fd, std::span<const sock_filter> filter) {
  std::vector<sock_filter> program(filter.begin(), filter.end());  // the kernel's type is not const
  const sock_fprog given{static_cast<std::uint16_t>(program.size()), program.data()};
  return ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &given, sizeof given) == 0;
}

template <class Address>
bool bind_to(int fd, const Address& address) {
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

sockaddr_ll link_address(int index, const Mac& mac) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_IP);
  address.sll_ifindex = index;
  address.sll_halen = static_cast<std::uint8_t>(mac.octets.size());
  std::ranges::copy(mac.octets, address.sll_addr);
  return address;
}

/// Has the filter before it is bound, so that nothing else is ever queued.
Result<posix::Descriptor> open_packets(int index) {
  constexpr int kYes = 1;
  posix::Descriptor socket{::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const bool ready =
      socket && attach(socket.get(), kOnlyDhcp) &&
      ::setsockopt(socket.get(), SOL_PACKET, PACKET_AUXDATA, &kYes, sizeof kYes) == 0 &&
      bind_to(socket.get(), link_address(index, {}));
  if (!ready) return posix::fail_errno("packet socket");
  return socket;
}

Result<posix::Descriptor> open_port(const std::string& interface) {
  posix::Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kClientPort);
  const bool ready = socket && attach(socket.get(), kNothing) &&
                     ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                                  static_cast<socklen_t>(interface.size())) == 0 &&
                     bind_to(socket.get(), address);
  if (!ready) return posix::fail_errno("UDP port 68");
  return socket;
}

/// A sender on this machine leaves the checksum to a card that is not there, and says so.
bool is_checksum_final(msghdr& message) {
  for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata auxiliary{};
    std::memcpy(&auxiliary, CMSG_DATA(c), sizeof auxiliary);
    return (auxiliary.tp_status & TP_STATUS_CSUMNOTREADY) == 0;
  }
  return true;
}

}  // namespace

Result<RawSocket> RawSocket::open(const Interface& interface) {
  auto packets = open_packets(interface.index);
  if (!packets) return fail(packets.error());
  auto port = open_port(interface.name);
  if (!port) return fail(port.error());
  return RawSocket{std::move(*packets), std::move(*port), interface.index};
}

std::optional<Received> RawSocket::receive() {
  while (true) {
    sockaddr_ll from{};
    iovec into{buffer_.data(), buffer_.size()};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(tpacket_auxdata))> control{};
    msghdr message{&from, sizeof from, &into, 1, control.data(), control.size(), 0};
    const auto size = ::recvmsg(packets_.get(), &message, 0);
    if (size < 0) return std::nullopt;
    const Bytes packet{buffer_.data(), static_cast<std::size_t>(size)};
    auto received = accept(packet, is_checksum_final(message));
    if (!received) continue;
    std::copy_n(from.sll_addr, received->from.octets.size(), received->from.octets.begin());
    return received;
  }
}

std::optional<Received> RawSocket::accept(Bytes packet, bool checksum_is_final) const {
  const auto ip = wire::Ipv4View::parse(packet);
  if (!ip || ip->protocol() != wire::kProtocolUdp || ip->is_fragment()) return std::nullopt;
  const auto udp = wire::UdpView::parse(ip->payload());
  if (!udp || udp->destination_port() != kClientPort) return std::nullopt;
  if (checksum_is_final && !udp->checksum_holds(ip->source(), ip->destination()))
    return std::nullopt;
  return Received{{.source = {ip->source(), udp->source_port()},
                   .destination = {ip->destination(), udp->destination_port()},
                   .payload = udp->payload()},
                  {}};
}

Result<void> RawSocket::send(const Send& message, const Mac& to) const {
  constexpr std::size_t kHeaders = wire::Ipv4Header::kSize + wire::UdpHeader::kSize;
  std::vector<std::uint8_t> packet(kHeaders);
  packet.insert(packet.end(), message.payload.begin(), message.payload.end());
  const MutableBytes out{packet};
  wire::Ipv4Header{.source = message.source, .destination = message.destination}.write(
      out, packet.size() - wire::Ipv4Header::kSize);
  wire::UdpHeader{.source_port = kClientPort, .destination_port = kServerPort}.write(
      out.subspan(wire::Ipv4Header::kSize), message.source, message.destination, message.payload);
  const auto address = link_address(index_, to);
  const auto sent = ::sendto(packets_.get(), packet.data(), packet.size(), 0,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (sent < 0) return posix::fail_errno("sending DHCP");
  return {};
}

}  // namespace portico::phone
