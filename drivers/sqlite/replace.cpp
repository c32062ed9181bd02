// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/replace.hpp"

#include "drivers/posix/disk.hpp"

#include <filesystem>
#include <system_error>

namespace portico::sqlite {
namespace {

namespace fs = std::filesystem;

std::string decided_name(const std::string& file) { return file + ".new"; }

/// The first of FILE.damaged-1, -2, … that is not taken.
std::string aside_name(const std::string& file) {
  for (unsigned i = 1;; ++i) {
    std::string name = file + ".damaged-" + std::to_string(i);
    if (!fs::exists(name) && !fs::exists(name + "-wal")) return name;
  }
}

Result<void> rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fail(error.message(), from);
  return {};
}

Result<void> rename_if_there(const std::string& from, const std::string& to) {
  if (!fs::exists(from)) return {};
  return rename(from, to);
}

Result<void> remove_if_there(const std::string& name) {
  std::error_code error;
  fs::remove(name, error);
  if (error) return fail(error.message(), name);
  return {};
}

/// FILE.new is complete: from here on, trying again leads to the same end.
Result<std::string> swap(const std::string& file) {
  return set_aside(file).and_then([&](const std::string& aside) {
    return rename(decided_name(file), file)
        .and_then([&] { return posix::sync_folder_of(file); })
        .and_then([&] { return Result<std::string>{aside}; });
  });
}

}  // namespace

Result<std::string> set_aside(const std::string& file) {
  const std::string aside = aside_name(file);
  return rename_if_there(file + "-wal", aside + "-wal")
      .and_then([&] { return remove_if_there(file + "-shm"); })
      .and_then([&] { return rename_if_there(file, aside); })
      .and_then([&] { return posix::sync_folder_of(file); })
      .and_then([&] { return Result<std::string>{aside}; });
}

std::string building_name(const std::string& file) { return file + ".building"; }

Result<void> clear_building(const std::string& file) {
  const std::string name = building_name(file);
  return remove_if_there(name)
      .and_then([&] { return remove_if_there(name + "-wal"); })
      .and_then([&] { return remove_if_there(name + "-shm"); });
}

Result<std::string> put_in_place(const std::string& file) {
  return rename(building_name(file), decided_name(file))
      .and_then([&] { return posix::sync_folder_of(file); })
      .and_then([&] { return swap(file); });
}

Result<std::optional<std::string>> finish_replacing(const std::string& file) {
  if (!fs::exists(decided_name(file))) return std::optional<std::string>{};
  auto aside = swap(file);
  if (!aside) return fail(aside.error());
  return std::optional{std::move(*aside)};
}

}  // namespace portico::sqlite
