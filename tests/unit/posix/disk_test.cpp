// SPDX-License-Identifier: BSD-3-Clause
// What survives a power cut is a matter of what is asked of the kernel, and when: this program's
// own fsync() and rename() write it down.
#include "drivers/posix/disk.hpp"

#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

using namespace portico;
namespace fs = std::filesystem;

namespace {

std::vector<std::string>& calls() {
  static std::vector<std::string> all;
  return all;
}

std::string base_name(const std::string& path) { return fs::path(path).filename(); }

}  // namespace

extern "C" int fsync(int file) {
  const auto path = fs::read_symlink("/proc/self/fd/" + std::to_string(file));
  const auto size = fs::is_directory(path) ? "folder" : std::to_string(fs::file_size(path));
  calls().push_back("sync " + base_name(path) + " " + size);
  return static_cast<int>(::syscall(SYS_fsync, file));
}
extern "C" int rename(const char* from, const char* to) noexcept {
  calls().push_back("rename " + base_name(from) + " " + base_name(to));
  return static_cast<int>(::syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}

TEST_CASE("a file is on the disk before it has its name, and its name before we say so",
          "[posix]") {
  const support::TemporaryFolder folder;
  const std::string file = folder.file("state");
  const std::vector<std::uint8_t> old{1}, content{1, 2, 3, 4, 5};
  REQUIRE(posix::write_atomically(file, old, 0600));
  calls().clear();
  REQUIRE(posix::write_atomically(file, content, 0600));
  CHECK(calls() == std::vector<std::string>{"sync state.new 5", "rename state.new state",
                                            "sync " + base_name(folder.path()) + " folder"});
  CHECK(posix::read_whole(file, 5).value() == content);
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK_FALSE(fs::exists(file + ".new"));
}

TEST_CASE("what an attempt left that came to nothing is in nobody's way", "[posix]") {
  const support::TemporaryFolder folder;
  const std::string file = folder.file("state");
  const std::vector<std::uint8_t> content{1, 2, 3};
  std::fclose(std::fopen((file + ".new").c_str(), "w"));
  REQUIRE(posix::write_atomically(file, content, 0600));
  CHECK(posix::read_whole(file, 3).value() == content);
}

TEST_CASE("a file larger than it may be is not read", "[posix]") {
  const support::TemporaryFolder folder;
  const std::string file = folder.file("state");
  REQUIRE(posix::write_atomically(file, std::vector<std::uint8_t>(6), 0600));
  CHECK(to_string(posix::read_whole(file, 5).error()) == file + ": too large");
  CHECK_FALSE(posix::read_whole(folder.file("none"), 5));
}
