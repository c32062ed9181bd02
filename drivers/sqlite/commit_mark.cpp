// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/commit_mark.hpp"

#include "base/crc32.hpp"
#include "base/endian.hpp"

#include <sqlite3.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace portico::sqlite {
namespace {

constexpr int kNumber = 8;
using Octets = std::array<std::uint8_t, kNumber + 4>;  // and its CRC-32, in network order

struct Close {
  void operator()(sqlite3_file* file) const noexcept {
    if (file->pMethods != nullptr) file->pMethods->xClose(file);
    sqlite3_free(file);
  }
};
using File = std::unique_ptr<sqlite3_file, Close>;

sqlite3_vfs* find(const std::string& vfs) noexcept {
  return sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
}

/// By SQLite's own means, so that a test's disk has it as well. Nothing: it cannot be opened.
File open(const std::string& name, const std::string& vfs_name, int flags) {
  sqlite3_vfs* vfs = find(vfs_name);
  const auto size = static_cast<std::size_t>(vfs->szOsFile);
  File file{static_cast<sqlite3_file*>(sqlite3_malloc64(size))};
  if (!file) return file;
  std::memset(file.get(), 0, size);
  flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_SUPER_JOURNAL;
  if (vfs->xOpen(vfs, name.c_str(), file.get(), flags, nullptr) != SQLITE_OK) return nullptr;
  return file;
}

std::uint32_t checksum(const Octets& octets) noexcept {
  return crc32(Bytes{octets}.first(kNumber));
}

}  // namespace

CommitMark::CommitMark(const std::string& file, std::string vfs)
    : file_(file), name_(file + "-mark"), vfs_(std::move(vfs)) {}

std::uint64_t CommitMark::read() const {
  const File file = open(name_, vfs_, 0);
  Octets octets{};
  if (!file || file->pMethods->xRead(file.get(), octets.data(), octets.size(), 0) != SQLITE_OK)
    return 0;
  if (load_be<std::uint32_t>(&octets[kNumber]) != checksum(octets)) return 0;
  return load_be<std::uint64_t>(octets.data());
}

void CommitMark::write(std::uint64_t commits) const {
  const File file = open(name_, vfs_, SQLITE_OPEN_CREATE);
  if (!file) return;
  Octets octets{};
  store_be(octets.data(), commits);
  store_be(&octets[kNumber], checksum(octets));
  file->pMethods->xWrite(file.get(), octets.data(), octets.size(), 0);
}

void CommitMark::forget_if_first() const {
  sqlite3_vfs* vfs = find(vfs_);
  int is_there = 0;
  vfs->xAccess(vfs, file_.c_str(), SQLITE_ACCESS_EXISTS, &is_there);
  constexpr int kSyncTheFolder = 1;
  // SQLite takes an emptied file for none.
  if (is_there == 0 && !std::filesystem::exists(file_))
    vfs->xDelete(vfs, name_.c_str(), kSyncTheFolder);
}

}  // namespace portico::sqlite
