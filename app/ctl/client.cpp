// SPDX-License-Identifier: BSD-3-Clause
#include "app/ctl/client.hpp"

#include "drivers/posix/unix_socket.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <sys/socket.h>

namespace portico::ctl {
namespace {

struct Head {
  bool failed = false;
  std::size_t octets = 0;
};

/// "ok 12" or "failed 12".
std::optional<Head> parse_head(std::string_view line) {
  Head head;
  head.failed = line.starts_with("failed ");
  if (!head.failed && !line.starts_with("ok ")) return std::nullopt;
  line.remove_prefix(line.find(' ') + 1);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), head.octets);
  if (error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
  return head;
}

}  // namespace

Result<Client> Client::connect(const std::string& path) {
  const auto address = posix::address_of(path);
  if (!address) return fail(address.error());
  posix::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (::connect(socket.get(), posix::generic(*address), sizeof *address) != 0)
    return fail(std::string{"no appliance answers: "} + std::strerror(errno), path);
  return Client{std::move(socket)};
}

bool Client::receive() {
  char text[4096];
  ssize_t got = 0;
  do {
    got = recv(socket_.get(), text, sizeof text, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) unread_.append(text, static_cast<std::size_t>(got));
  return got > 0;
}

Result<Answer> Client::ask(const std::string& line) {
  constexpr auto kGone = "the appliance closed the connection";
  if (!posix::send_all(socket_.get(), line + '\n')) return fail(kGone);
  auto end = unread_.find('\n');
  for (; end == unread_.npos; end = unread_.find('\n'))
    if (!receive()) return fail(kGone);
  const auto head = parse_head(std::string_view{unread_}.substr(0, end));
  if (!head) return fail("the answer is none of an appliance");
  unread_.erase(0, end + 1);
  while (unread_.size() < head->octets)
    if (!receive()) return fail(kGone);
  Answer answer{head->failed, unread_.substr(0, head->octets)};
  unread_.erase(0, head->octets);
  return answer;
}

}  // namespace portico::ctl
