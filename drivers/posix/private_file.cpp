// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/posix/private_file.hpp"

#include "drivers/posix/descriptor.hpp"

#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <vector>

namespace portico::posix {
namespace {

constexpr off_t kMostOctets = 256 << 20;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO | S_IXUSR;

Result<void> check(const struct stat& status, const std::string& path) {
  if (!S_ISREG(status.st_mode)) return fail("is no regular file", path);
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return fail("must belong to root or to the user who runs this", path);
  if ((status.st_mode & kOthers) != 0) return fail("must have mode 0600 or stricter", path);
  if (status.st_size > kMostOctets) return fail("is larger than 256 MiB", path);
  return {};
}

}  // namespace

Result<Secret> read_private_file(const std::string& path) {
  // Without waiting: opening a pipe that nobody writes to would never return.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file) return fail_errno(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail_errno(path);
  if (const auto good = check(status, path); !good) return fail(good.error());
  // One buffer that never grows, so that no copy is left behind; a file that grows is cut there.
  std::vector<std::uint8_t> octets(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < octets.size()) {
    const auto got = ::read(file.get(), &octets[have], octets.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  octets.resize(have);
  return Secret{std::move(octets)};
}

}  // namespace portico::posix
