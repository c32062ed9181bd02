// SPDX-License-Identifier: BSD-3-Clause
// A disk in memory under SQLite that remembers every write and every sync, so that afterwards the
// power can be cut at any of them: what was synced survives, of what was not, anything may.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace portico::support {

/// The files of a disk by name.
using DiskImage = std::map<std::string, std::vector<std::uint8_t>>;

class PowerCutDisk {
 public:
  static constexpr std::size_t kSector = 512;

  /// Registers itself with SQLite as `vfs`; `image` is on the disk already.
  explicit PowerCutDisk(std::string vfs, const DiskImage& image = {});
  PowerCutDisk(const PowerCutDisk&) = delete;
  PowerCutDisk& operator=(const PowerCutDisk&) = delete;
  ~PowerCutDisk();

  [[nodiscard]] const std::string& vfs() const noexcept { return name_; }
  /// Writes, truncations, syncs and deletions so far.
  [[nodiscard]] std::size_t operations() const noexcept { return log_.size(); }
  /// What survives when the power fails after so many operations. Each write that was not synced is
  /// there, or is not, or in part: sector by sector, a sector perhaps up to some octet only.
  [[nodiscard]] DiskImage after_cut(std::size_t operations, std::mt19937& random) const;

  /// For the VFS's functions.
  enum class Kind : std::uint8_t { Write, Truncate, Sync, Delete, Rename, SyncNames };
  struct Operation {
    Kind kind = Kind::Write;
    std::string file;
    std::size_t offset = 0;  // of a write; the new size of a truncation
    std::vector<std::uint8_t> octets;
    std::string to = {};  // of a renaming, which the next SyncNames makes durable
  };
  struct File {
    std::vector<std::uint8_t> octets;
    std::vector<std::unique_ptr<std::uint8_t[]>> shared_memory;
    int readers = 0;          // connections that hold SHARED or more
    bool is_written = false;  // one holds RESERVED or more
    int shm_shared[SQLITE_SHM_NLOCK] = {};
    bool shm_exclusive[SQLITE_SHM_NLOCK] = {};
  };
  [[nodiscard]] File& file(const std::string& name) { return files_[name]; }
  [[nodiscard]] bool exists(const std::string& name) const { return files_.contains(name); }
  void apply(Operation operation);

 private:
  std::string name_;
  sqlite3_vfs vfs_{};
  DiskImage start_;
  std::map<std::string, File> files_;
  std::vector<Operation> log_;
};

/// What PORTICO_POWER_CUTS asks for: so many cuts at least, over as many runs as that takes; zero
/// if it is not set.
[[nodiscard]] std::size_t power_cuts_wanted();

}  // namespace portico::support
