// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/firmware_files.hpp"

#include "drivers/posix/descriptor.hpp"
#include "tftp/names.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace portico::app {
namespace {

/// Folders below the root; deeper ones are left out.
constexpr int kMaxDepth = 16;
/// Octets between two looks at whether to stop.
constexpr std::size_t kReadAtOnce = std::size_t{1} << 20;
/// O_NONBLOCK: opening a FIFO must not wait for its writer.
constexpr int kOpenFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

std::string reason_of(int error) { return std::generic_category().message(error); }

/// In order, so that the memory limit leaves out the same files every time. None: unreadable.
std::optional<std::vector<std::string>> names_in(int folder) {
  const int own = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseFolder> stream{own < 0 ? nullptr : ::fdopendir(own)};
  if (!stream) {
    if (own >= 0) ::close(own);
    return std::nullopt;
  }
  std::vector<std::string> names;
  while (const auto* const entry = ::readdir(stream.get())) {
    const std::string_view name{entry->d_name};
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// False: it ended early, failed, or was to stop.
bool read_whole(const std::stop_token& stop, int file, std::vector<std::uint8_t>& octets) {
  for (std::size_t at = 0; at < octets.size();) {
    if (stop.stop_requested()) return false;
    const auto n = ::pread(file, &octets[at], std::min(kReadAtOnce, octets.size() - at),
                           static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return !stop.stop_requested();
}

}  // namespace

FirmwareFiles::FirmwareFiles(std::string root, std::uint64_t memory_limit,
                             std::unique_ptr<Digest> digest)
    : root_(std::move(root)),
      memory_limit_(memory_limit),
      digest_(std::move(digest)),
      snapshot_(std::make_shared<const tftp::Snapshot>()) {}

tftp::SnapshotPtr FirmwareFiles::scan(const std::stop_token& stop) {
  // The root may be a symbolic link: it is the operator's own.
  const posix::Descriptor root{::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  Scan scan{stop, {}, {}};
  if (root) {
    walk(scan, root.get(), "", 0);
    if (!stop.stop_requested()) adopt(std::move(scan));
    return snapshot_;
  }
  scan.snapshot = {snapshot_->files, {root_ + ": " + reason_of(errno)}};
  if (scan.snapshot.left_out != snapshot_->left_out)
    snapshot_ = std::make_shared<const tftp::Snapshot>(std::move(scan.snapshot));
  return snapshot_;
}

void FirmwareFiles::adopt(Scan scan) {
  known_ = std::move(scan.known);
  if (scan.snapshot.files != snapshot_->files || scan.snapshot.left_out != snapshot_->left_out)
    snapshot_ = std::make_shared<const tftp::Snapshot>(std::move(scan.snapshot));
}

void FirmwareFiles::walk(Scan& scan, int folder, const std::string& prefix, int depth) const {
  const auto names = names_in(folder);
  if (!names) {
    scan.snapshot.left_out.push_back(prefix + ": " + reason_of(errno));
    return;
  }
  for (const auto& name : *names) {
    if (scan.stop.stop_requested()) return;
    visit(scan, folder, name, prefix + name, depth);
  }
}

void FirmwareFiles::visit(Scan& scan, int folder, const std::string& name, const std::string& path,
                          int depth) const {
  const auto leave_out = [&](const std::string& why) {
    scan.snapshot.left_out.push_back(path + ": " + why);
  };
  const posix::Descriptor entry{::openat(folder, name.c_str(), kOpenFlags)};
  struct stat status {};
  if (!entry || ::fstat(entry.get(), &status) != 0)
    leave_out(errno == ELOOP ? "a symbolic link" : reason_of(errno));
  else if (tftp::confined(path) != path)
    leave_out("a name that no request can hold");
  else if (S_ISREG(status.st_mode))
    take_file(scan, entry.get(), path, stamp_of(status));
  else if (!S_ISDIR(status.st_mode))
    leave_out("not a regular file");
  else if (depth == kMaxDepth)
    leave_out("too many folders inside each other");
  else
    walk(scan, entry.get(), path + "/", depth + 1);
}

void FirmwareFiles::take_file(Scan& scan, int file, const std::string& path,
                              const FileStamp& stamp) const {
  Known known{stamp, {}, {}};
  bool quiet = !known_;
  if (known_) {
    if (const auto earlier = known_->find(path); earlier != known_->end()) {
      quiet = earlier->second.seen == stamp;
      known.image_of = earlier->second.image_of;
      known.image = earlier->second.image;
    }
  }
  auto problem = quiet && known.image_of != stamp ? refresh(scan, file, known) : std::nullopt;
  if (known.image && !fits(scan, known.image->octets.size())) {
    problem = beyond_limit();
    known.image.reset();
    known.image_of.reset();
  }
  if (known.image) {
    scan.octets += known.image->octets.size();
    scan.snapshot.files.emplace(path, known.image);
  } else if (!quiet && !problem) {
    problem = "changed just now, the next scan looks again";
  }
  if (problem) scan.snapshot.left_out.push_back(path + ": " + *problem);
  scan.known.emplace(path, std::move(known));
}

bool FirmwareFiles::fits(const Scan& scan, std::uint64_t octets) const noexcept {
  return octets <= memory_limit_ - scan.octets;
}

std::string FirmwareFiles::beyond_limit() const {
  return "beyond the memory limit of " + std::to_string(memory_limit_) + " octets";
}

/// Reads the file's present state, if there is room for it. If it cannot be read, the earlier image
/// stays. Returns what is wrong, if anything.
std::optional<std::string> FirmwareFiles::refresh(const Scan& scan, int file, Known& known) const {
  if (!fits(scan, static_cast<std::uint64_t>(known.seen.size))) {
    known.image.reset();
    known.image_of.reset();
    return beyond_limit();
  }
  auto image = read_image(scan.stop, file, known.seen, known.image);
  if (!image) return "changed while it was read, or is unreadable";
  known.image = std::move(image);
  known.image_of = known.seen;
  return std::nullopt;
}

/// Null: it changed meanwhile. The earlier image itself, if the content is still the same.
tftp::ImagePtr FirmwareFiles::read_image(const std::stop_token& stop, int file,
                                         const FileStamp& stamp,
                                         const tftp::ImagePtr& earlier) const {
  auto image = std::make_shared<tftp::Image>();
  image->octets.resize(static_cast<std::size_t>(stamp.size));
  if (!read_whole(stop, file, image->octets)) return nullptr;
  struct stat after {};
  if (::fstat(file, &after) != 0 || stamp_of(after) != stamp) return nullptr;
  image->digest = digest_->sha256(image->octets);
  if (earlier && earlier->octets.size() == image->octets.size() && earlier->digest == image->digest)
    return earlier;
  return image;
}

}  // namespace portico::app
