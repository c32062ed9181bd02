// SPDX-License-Identifier: BSD-3-Clause
// The command line on a Unix socket. A client sends commands, one a line; each is answered by "ok
// N" or "failed N", a newline, and N octets of text.
#pragma once

#include "base/result.hpp"
#include "drivers/cli/cli.hpp"
#include "drivers/posix/descriptor.hpp"

#include <map>
#include <memory>
#include <sched.h>
#include <string>
#include <thread>

namespace portico::cli {

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
    posix::Descriptor socket;
    std::string unread;  // the beginning of a line
  };

  SocketServer(std::string path, Cli& cli, posix::Descriptor listener, posix::Descriptor wake);
  void serve();
  void accept_one();
  /// False: the client is gone, or is to go.
  [[nodiscard]] bool read(Client& client);
  [[nodiscard]] bool answer_lines(Client& client);

  std::string path_;
  Cli& cli_;
  posix::Descriptor listener_;
  posix::Descriptor wake_;  // readable: stop
  std::map<int, Client> clients_;
  std::thread thread_;
};

}  // namespace portico::cli
