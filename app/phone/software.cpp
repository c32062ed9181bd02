// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/software.hpp"

#include "base/hex.hpp"
#include "drivers/posix/descriptor.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace portico::phone {
namespace {

constexpr Time kNever{std::numeric_limits<std::int64_t>::max()};
constexpr Duration kPatience = 3s;       // between SIGTERM and SIGKILL
constexpr Duration kLongEnough = 60s;    // whoever ran this long starts again without delay
constexpr std::uint32_t kDoublings = 6;  // 1 s becomes 64 s

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> with_inherited(const Environment& environment) {
  std::vector<std::string> all = environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto name = text.substr(0, text.find('=') + 1);
    const bool replaced = std::ranges::any_of(
        environment, [&](const std::string& own) { return own.starts_with(name); });
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

/// In the child: dies with its parent, even if that is killed, and starts with no signal blocked.
[[noreturn]] void become(const char* path, char* const* arguments, char* const* environment,
                         pid_t parent, int report) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) ::execve(path, arguments, environment);
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

/// The pipe closes itself when execve succeeds; otherwise the child writes errno into it.
Result<pid_t> spawn(const Program& program, const Environment& environment) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return posix::fail_errno("pipe");
  const posix::Descriptor from_child{ends[0]};
  posix::Descriptor to_parent{ends[1]};
  std::vector<std::string> arguments{program.path.string()};
  auto variables = with_inherited(environment);
  const auto argument_list = pointers(arguments);
  const auto variable_list = pointers(variables);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return posix::fail_errno("fork");
  if (child == 0)
    become(program.path.c_str(), argument_list.data(), variable_list.data(), parent,
           to_parent.get());
  to_parent = posix::Descriptor{};
  int error = 0;
  if (::read(from_child.get(), &error, sizeof error) == sizeof error) {
    ::waitpid(child, nullptr, 0);
    return posix::fail_errno(program.path, error);
  }
  return child;
}

}  // namespace

void Software::run(Program program, Environment environment, Time now) {
  program_ = std::move(program);
  environment_ = std::move(environment);
  deaths_ = 0;
  ended_.reset();
  if (!is_alive()) return start(now);
  auto next = program_;
  stop(now);
  program_ = std::move(next);  // child_changed() starts it
}

void Software::stop(Time now) {
  program_.reset();
  deadline_ = kNever;
  if (!is_alive()) return;
  if (!stopping_) ::kill(pid_, SIGTERM);
  stopping_ = true;
  deadline_ = now + kPatience;
}

void Software::tick(Time now) {
  if (now < deadline_) return;
  deadline_ = kNever;
  if (stopping_)
    ::kill(pid_, SIGKILL);
  else if (program_)
    start(now);
}

void Software::start(Time now) {
  deadline_ = kNever;
  started_ = now;
  const auto child = spawn(*program_, environment_);
  if (!child) {
    log_.write_error("software_failed", child.error());
    return died(127 << 8, now);
  }
  pid_ = *child;
  log_.write("running", {{"pid", pid_},
                         {"path", program_->path.string()},
                         {"sha256", to_hex(program_->digest)},
                         {"version", program_->version}});
}

void Software::child_changed(Time now) {
  int status = 0;
  if (!is_alive() || ::waitpid(pid_, &status, WNOHANG) != pid_) return;
  Fields fields{{"pid", pid_}};
  if (WIFSIGNALED(status))
    fields["signal"] = WTERMSIG(status);
  else
    fields["status"] = WEXITSTATUS(status);
  log_.write(stopping_ ? "software_stopped" : "software_exited", fields);
  pid_ = 0;
  deadline_ = kNever;
  if (!std::exchange(stopping_, false)) return died(status, now);
  if (program_) start(now);
}

void Software::died(int status, Time now) {
  if (on_exit_ == OnExit::Rest) {
    ended_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    program_.reset();
    return;
  }
  if (now - started_ >= kLongEnough) deaths_ = 0;
  deadline_ = now + 1s * (1u << std::min(deaths_, kDoublings));
  ++deaths_;
}

}  // namespace portico::phone
