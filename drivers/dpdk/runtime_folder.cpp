// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/dpdk/runtime_folder.hpp"

#include <rte_eal.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace portico::dpdk {
namespace {

namespace fs = std::filesystem;

/// The pid in a name that is nothing but the program's and a number.
std::optional<pid_t> pid_in(std::string_view name, std::string_view program) {
  if (!name.starts_with(program)) return std::nullopt;
  const auto digits = name.substr(program.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), pid);
  if (error != std::errc{} || end != digits.end() || pid <= 0) return std::nullopt;
  return pid;
}

bool is_gone(pid_t pid) noexcept { return ::kill(pid, 0) != 0 && errno == ESRCH; }

}  // namespace

std::string runtime_folder_name(const std::string& program) {
  return program + std::to_string(::getpid());
}

void remove_own_runtime_folder(const std::string& program) noexcept {
  std::error_code ignored;
  const fs::path folder = rte_eal_get_runtime_dir();
  if (folder.filename() == runtime_folder_name(program)) fs::remove_all(folder, ignored);
}

void remove_runtime_folders_of_the_dead(const std::string& program) noexcept {
  std::error_code ignored;
  const auto all = fs::path{rte_eal_get_runtime_dir()}.parent_path();
  for (fs::directory_iterator at{all, ignored}, end; at != end; at.increment(ignored)) {
    const auto pid = pid_in(at->path().filename().native(), program);
    if (pid && is_gone(*pid)) fs::remove_all(at->path(), ignored);
  }
}

}  // namespace portico::dpdk
