// SPDX-License-Identifier: BSD-3-Clause
// One process a file.
#pragma once

#include "base/result.hpp"
#include "drivers/posix/descriptor.hpp"

#include <string>
#include <utility>

namespace portico::sqlite {

/// Holds `FILE.lock` as long as it lives; the kernel lets go of it however the process ends.
class FileLock {
 public:
  /// Fails at once if another instance holds it.
  [[nodiscard]] static Result<FileLock> take(const std::string& file);

 private:
  explicit FileLock(posix::Descriptor file) noexcept : file_(std::move(file)) {}
  posix::Descriptor file_;
};

}  // namespace portico::sqlite
