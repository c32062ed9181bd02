// SPDX-License-Identifier: BSD-3-Clause
// The other end of drivers/cli/socket_server.hpp.
#pragma once

#include "base/result.hpp"
#include "drivers/posix/descriptor.hpp"

#include <string>
#include <utility>

namespace portico::ctl {

struct Answer {
  bool failed = false;
  std::string text;
};

class Client {
 public:
  [[nodiscard]] static Result<Client> connect(const std::string& path);

  /// Sends one line and waits for its answer. An error: the appliance is gone.
  [[nodiscard]] Result<Answer> ask(const std::string& line);

 private:
  explicit Client(posix::Descriptor socket) noexcept : socket_(std::move(socket)) {}
  [[nodiscard]] bool receive();

  posix::Descriptor socket_;
  std::string unread_;
};

}  // namespace portico::ctl
