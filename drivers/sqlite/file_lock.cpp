// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/file_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

namespace portico::sqlite {

Result<FileLock> FileLock::take(const std::string& file) {
  const std::string name = file + ".lock";
  posix::Descriptor descriptor{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!descriptor) return posix::fail_errno(name);
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) == 0) return FileLock{std::move(descriptor)};
  if (errno == EWOULDBLOCK) return fail("another instance holds this file", file);
  return posix::fail_errno(name);
}

}  // namespace portico::sqlite
