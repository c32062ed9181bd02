// SPDX-License-Identifier: BSD-3-Clause
// The other end of drivers/cli/socket_server.hpp.
#pragma once

#include "base/result.hpp"

#include <string>

namespace portico::ctl {

struct Answer {
  bool failed = false;
  std::string text;
};

class Client {
 public:
  [[nodiscard]] static Result<Client> connect(const std::string& path);
  ~Client();
  Client(Client&& other) noexcept : fd_(other.fd_), unread_(std::move(other.unread_)) {
    other.fd_ = -1;
  }
  Client& operator=(Client&&) = delete;

  /// Sends one line and waits for its answer. An error: the appliance is gone.
  [[nodiscard]] Result<Answer> ask(const std::string& line);

 private:
  explicit Client(int fd) noexcept : fd_(fd) {}
  [[nodiscard]] bool receive();

  int fd_;
  std::string unread_;
};

}  // namespace portico::ctl
