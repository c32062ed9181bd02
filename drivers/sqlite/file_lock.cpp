// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/file_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace portico::sqlite {

Result<FileLock> FileLock::take(const std::string& file) {
  const std::string name = file + ".lock";
  const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(std::strerror(errno), name);
  FileLock lock{fd};
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return fail("another instance holds this lease file", file);
  return fail(std::strerror(errno), name);
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace portico::sqlite
