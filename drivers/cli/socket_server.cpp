// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/cli/socket_server.hpp"

#include "drivers/posix/unix_socket.hpp"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace portico::cli {
namespace {

using posix::Descriptor;
using posix::generic;

constexpr std::size_t kMaxClients = 16;
constexpr std::size_t kMaxLine = 1024;
constexpr int kBacklog = 8;
constexpr timeval kSendTimeout{5, 0};  // a client that does not read is left
constexpr mode_t kMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

std::string reason() { return std::strerror(errno); }

bool is_served(const sockaddr_un& address) {
  const Descriptor probe{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  return connect(probe.get(), generic(address), sizeof address) == 0;
}

Result<Descriptor> listen_on(const std::string& path) {
  const auto address = posix::address_of(path);
  if (!address) return fail(address.error());
  struct stat file {};
  if (lstat(path.c_str(), &file) == 0) {
    if (!S_ISSOCK(file.st_mode)) return fail("is there already and is no socket", path);
    if (is_served(*address)) return fail("another process serves it", path);
    unlink(path.c_str());
  }
  Descriptor listener{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  // Before bind, so that the file never has more than this mode (unix(7)); after, since bind took
  // the umask off it.
  if (fchmod(listener.get(), kMode) != 0 ||
      bind(listener.get(), generic(*address), sizeof *address) != 0 ||
      chmod(path.c_str(), kMode) != 0 || listen(listener.get(), kBacklog) != 0)
    return fail("cannot be listened on: " + reason(), path);
  return listener;
}

}  // namespace

Result<std::unique_ptr<SocketServer>> SocketServer::start(const std::string& path, Cli& cli,
                                                          const cpu_set_t& cpus) {
  auto listener = listen_on(path);
  if (!listener) return fail(listener.error());
  Descriptor wake{eventfd(0, EFD_CLOEXEC)};
  if (wake.get() < 0) return fail("no event descriptor: " + reason(), path);
  std::unique_ptr<SocketServer> server{
      new SocketServer(path, cli, std::move(*listener), std::move(wake))};
  server->thread_ = std::thread([&server = *server, cpus] {
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
    server.serve();
  });
  return server;
}

SocketServer::SocketServer(std::string path, Cli& cli, Descriptor listener, Descriptor wake)
    : path_(std::move(path)), cli_(cli), listener_(std::move(listener)), wake_(std::move(wake)) {}

SocketServer::~SocketServer() {
  eventfd_write(wake_.get(), 1);
  if (thread_.joinable()) thread_.join();
  unlink(path_.c_str());
}

void SocketServer::serve() {
  for (;;) {
    const short accepting = clients_.size() < kMaxClients ? POLLIN : 0;
    std::vector<pollfd> wanted{{wake_.get(), POLLIN, 0}, {listener_.get(), accepting, 0}};
    for (const auto& [fd, client] : clients_) wanted.push_back({fd, POLLIN, 0});
    if (poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) return;
    if (wanted[0].revents != 0) return;
    if ((wanted[1].revents & POLLIN) != 0) accept_one();
    for (std::size_t i = 2; i < wanted.size(); ++i)
      if (wanted[i].revents != 0 && !read(clients_.at(wanted[i].fd))) clients_.erase(wanted[i].fd);
  }
}

void SocketServer::accept_one() {
  Descriptor accepted{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  const int fd = accepted.get();
  if (fd < 0) return;
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kSendTimeout, sizeof kSendTimeout);
  clients_.emplace(fd, Client{std::move(accepted), {}});
}

bool SocketServer::read(Client& client) {
  char text[kMaxLine];
  const auto got = recv(client.socket.get(), text, sizeof text, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  client.unread.append(text, static_cast<std::size_t>(got));
  return answer_lines(client) && client.unread.size() <= kMaxLine;
}

bool SocketServer::answer_lines(Client& client) {
  for (auto end = client.unread.find('\n'); end != std::string::npos;
       end = client.unread.find('\n')) {
    const auto out = cli_.run(std::string_view{client.unread}.substr(0, end));
    client.unread.erase(0, end + 1);
    const auto head = (out.failed() ? "failed " : "ok ") + std::to_string(out.text().size()) + '\n';
    if (!posix::send_all(client.socket.get(), head + out.text()) || out.closes()) return false;
  }
  return true;
}

}  // namespace portico::cli
