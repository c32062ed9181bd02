// SPDX-License-Identifier: BSD-3-Clause
// One rtnetlink request and its acknowledgement (RFC 3549 sections 2 and 3).
#pragma once

#include "base/addresses.hpp"
#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

namespace portico::phone {

class NetlinkRequest {
 public:
  /// `flags` besides NLM_F_REQUEST and NLM_F_ACK.
  NetlinkRequest(std::uint16_t type, std::uint16_t flags) noexcept;

  /// The message's fixed part, to be filled in: ifinfomsg, ifaddrmsg, rtmsg. Once, before
  /// attributes.
  template <class Body>
  [[nodiscard]] Body& body() noexcept {
    return *static_cast<Body*>(append(sizeof(Body)));
  }
  void attribute(std::uint16_t type, const void* value, std::size_t size) noexcept;
  /// In network byte order.
  void attribute(std::uint16_t type, Ipv4 address) noexcept;
  void attribute(std::uint16_t type, std::uint32_t value) noexcept;

  /// 0, or the errno that the kernel or the socket answered.
  [[nodiscard]] int send();

 private:
  void* append(std::size_t size) noexcept;
  [[nodiscard]] nlmsghdr& header() noexcept;

  alignas(nlmsghdr) std::array<std::byte, 256> buffer_{};
};

}  // namespace portico::phone
