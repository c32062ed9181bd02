// SPDX-License-Identifier: BSD-3-Clause
// One process a lease file.
#pragma once

#include "base/result.hpp"

#include <string>
#include <utility>

namespace portico::sqlite {

/// Holds `FILE.lock` as long as it lives; the kernel lets go of it however the process ends.
class FileLock {
 public:
  /// Fails at once if another instance holds it.
  [[nodiscard]] static Result<FileLock> take(const std::string& file);

  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileLock();

 private:
  explicit FileLock(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace portico::sqlite
