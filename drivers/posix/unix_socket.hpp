// SPDX-License-Identifier: BSD-3-Clause
// What both ends of a Unix socket do (unix(7)).
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace portico::posix {

[[nodiscard]] Result<sockaddr_un> address_of(const std::string& path);

[[nodiscard]] inline const sockaddr* generic(const sockaddr_un& address) noexcept {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// False: the other end is gone, or does not read.
[[nodiscard]] bool send_all(int fd, std::string_view text) noexcept;

}  // namespace portico::posix
