// SPDX-License-Identifier: BSD-3-Clause
// What tells one state of a file from another without reading it.
#pragma once

#include <cstdint>
#include <string>
#include <sys/stat.h>

namespace portico::app {

struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

[[nodiscard]] constexpr std::int64_t to_ns(const timespec& t) noexcept {
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

[[nodiscard]] inline FileStamp stamp_of(const struct stat& status) noexcept {
  return {status.st_dev, status.st_ino, status.st_size, to_ns(status.st_mtim),
          to_ns(status.st_ctim)};
}

/// All zero: there is no such file.
[[nodiscard]] inline FileStamp stamp_of(const std::string& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? stamp_of(status) : FileStamp{};
}

}  // namespace portico::app
