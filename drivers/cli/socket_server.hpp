// SPDX-License-Identifier: BSD-3-Clause
// The command line on a Unix socket. A client sends commands, one a line; each is answered by "ok
// N" or "failed N", a newline, and N octets of text.
#pragma once

#include "base/result.hpp"
#include "drivers/cli/cli.hpp"

#include <map>
#include <memory>
#include <sched.h>
#include <string>
#include <thread>

namespace portico::cli {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// Serves on a thread of its own until destroyed; removes the socket's file then.
class SocketServer {
 public:
  /// The file's mode is 0660. A file left by a process that is gone is replaced; one that is served
  /// is an error. `cpus`: where the thread may run, which is not where its starter is pinned.
  [[nodiscard]] static Result<std::unique_ptr<SocketServer>> start(const std::string& path,
                                                                   Cli& cli, const cpu_set_t& cpus);
  ~SocketServer();
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

 private:
  struct Client {
    Descriptor socket;
    std::string unread;  // the beginning of a line
  };

  SocketServer(std::string path, Cli& cli, Descriptor listener, Descriptor wake);
  void serve();
  void accept_one();
  /// False: the client is gone, or is to go.
  [[nodiscard]] bool read(Client& client);
  [[nodiscard]] bool answer_lines(Client& client);

  std::string path_;
  Cli& cli_;
  Descriptor listener_;
  Descriptor wake_;  // readable: stop
  std::map<int, Client> clients_;
  std::thread thread_;
};

}  // namespace portico::cli
