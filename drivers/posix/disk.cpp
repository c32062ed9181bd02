// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/posix/disk.hpp"

#include "drivers/posix/descriptor.hpp"

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace portico::posix {
namespace {

std::filesystem::path aside(const std::filesystem::path& path) { return path.string() + ".new"; }

Result<void> move_into_place(const std::filesystem::path& path) {
  if (std::rename(aside(path).c_str(), path.c_str()) != 0) return fail_errno(path);
  return sync_folder_of(path);
}

Result<void> write_all(int fd, Bytes content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const auto written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(path);
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<void> write_atomically(const std::filesystem::path& path, Bytes content, mode_t mode) {
  const auto temporary = aside(path);
  ::unlink(temporary.c_str());
  const Descriptor file{
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)};
  if (!file) return fail_errno(temporary);
  if (auto written = write_all(file.get(), content, temporary); !written) return written;
  // open() left out what the umask forbids.
  if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0) return fail_errno(temporary);
  return move_into_place(path);
}

Result<void> link_atomically(const std::filesystem::path& link,
                             const std::filesystem::path& target) {
  const auto temporary = aside(link);
  ::unlink(temporary.c_str());
  if (::symlink(target.c_str(), temporary.c_str()) != 0) return fail_errno(temporary);
  return move_into_place(link);
}

Result<void> sync_folder_of(const std::filesystem::path& path) {
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  const Descriptor folder{::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || ::fsync(folder.get()) != 0) return fail_errno(parent);
  return {};
}

Result<std::vector<std::uint8_t>> read_whole(const std::filesystem::path& path,
                                             std::size_t max_octets) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return fail_errno(path);
  if (!S_ISREG(status.st_mode)) return fail("not a regular file", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_octets) return fail("too large", path);
  std::vector<std::uint8_t> content(size);
  std::size_t have = 0;
  while (have < size) {
    const auto got = ::read(file.get(), &content[have], size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path);
    if (got == 0) return fail("shorter than its size", path);
    have += static_cast<std::size_t>(got);
  }
  return content;
}

Result<void> remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno(path);
  return sync_folder_of(path);
}

}  // namespace portico::posix
