// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/netlink.hpp"

#include "base/endian.hpp"
#include "base/expects.hpp"
#include "drivers/posix/descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace portico::phone {

NetlinkRequest::NetlinkRequest(std::uint16_t type, std::uint16_t flags) noexcept {
  header().nlmsg_len = NLMSG_HDRLEN;
  header().nlmsg_type = type;
  header().nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  header().nlmsg_seq = 1;
}

nlmsghdr& NetlinkRequest::header() noexcept { return *reinterpret_cast<nlmsghdr*>(buffer_.data()); }

void* NetlinkRequest::append(std::size_t size) noexcept {
  const std::size_t at = NLMSG_ALIGN(header().nlmsg_len);
  expects(at + size <= buffer_.size(), "a netlink request of ours fits its buffer");
  header().nlmsg_len = static_cast<std::uint32_t>(at + size);
  return &buffer_[at];
}

void NetlinkRequest::attribute(std::uint16_t type, const void* value, std::size_t size) noexcept {
  auto* const attribute = static_cast<rtattr*>(append(RTA_LENGTH(size)));
  attribute->rta_type = type;
  attribute->rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
  std::memcpy(RTA_DATA(attribute), value, size);
}

void NetlinkRequest::attribute(std::uint16_t type, Ipv4 address) noexcept {
  const auto bits = swap_bytes(address.bits);
  attribute(type, &bits, sizeof bits);
}

void NetlinkRequest::attribute(std::uint16_t type, std::uint32_t value) noexcept {
  attribute(type, &value, sizeof value);
}

int NetlinkRequest::send() {
  const posix::Descriptor socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  if (!socket) return errno;
  if (::send(socket.get(), buffer_.data(), header().nlmsg_len, 0) < 0) return errno;
  struct {
    nlmsghdr header;
    nlmsgerr error;
    std::array<std::byte, 1024> rest;  // the kernel quotes our request after its verdict
  } answer{};
  if (::recv(socket.get(), &answer, sizeof answer, 0) < 0) return errno;
  return answer.header.nlmsg_type == NLMSG_ERROR ? -answer.error.error : EPROTO;
}

}  // namespace portico::phone
