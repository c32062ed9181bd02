// SPDX-License-Identifier: BSD-3-Clause
#include "support/power_cut_vfs.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>

namespace portico::support {
namespace {

using Kind = PowerCutDisk::Kind;

void write_at(std::vector<std::uint8_t>& file, std::size_t offset,
              std::span<const std::uint8_t> octets) {
  if (file.size() < offset + octets.size()) file.resize(offset + octets.size());
  // Half of a test's time was here while a loop that is not optimized did it.
  if (!octets.empty()) std::memcpy(file.data() + offset, octets.data(), octets.size());
}

void carry_out(std::vector<std::uint8_t>& file, const PowerCutDisk::Operation& operation) {
  if (operation.kind == Kind::Write) write_at(file, operation.offset, operation.octets);
  if (operation.kind == Kind::Truncate) file.resize(operation.offset);
}

/// The luck of one power cut.
class Luck {
 public:
  explicit Luck(std::mt19937& random) : random_(random), percent_(random() % 5 * 25) {}

  [[nodiscard]] bool survives() { return random_() % 100 < percent_; }

  void perhaps_carry_out(std::vector<std::uint8_t>& file,
                         const PowerCutDisk::Operation& operation) {
    if (operation.kind != Kind::Write) {
      if (survives()) carry_out(file, operation);
      return;
    }
    std::span<const std::uint8_t> rest = operation.octets;
    for (std::size_t at = operation.offset; !rest.empty();) {
      const std::size_t room = PowerCutDisk::kSector - at % PowerCutDisk::kSector;
      const auto piece = rest.first(std::min(room, rest.size()));
      if (survives()) write_at(file, at, piece.first(torn(piece.size())));
      at += piece.size();
      rest = rest.subspan(piece.size());
    }
  }

 private:
  /// Mostly all of a sector, at times not.
  [[nodiscard]] std::size_t torn(std::size_t size) {
    return random_() % 8 == 0 ? random_() % (size + 1) : size;
  }

  std::mt19937& random_;
  const unsigned long percent_;
};

/// What is durable, and what is waiting for a sync.
class Surviving {
 public:
  explicit Surviving(const DiskImage& start) : durable_(start) {}

  void carry_out(const PowerCutDisk::Operation& operation) {
    switch (operation.kind) {
      case Kind::Delete:
        durable_.erase(operation.file);
        unsynced_.erase(operation.file);
        break;
      case Kind::Sync:
        for (const auto* waiting : unsynced_[operation.file])
          support::carry_out(durable_[operation.file], *waiting);
        unsynced_.erase(operation.file);
        break;
      case Kind::Rename:
        renamings_.push_back(&operation);
        break;
      case Kind::SyncNames:
        for (const auto* renaming : renamings_) rename(*renaming);
        renamings_.clear();
        break;
      default:
        unsynced_[operation.file].push_back(&operation);
    }
  }
  [[nodiscard]] DiskImage cut(std::mt19937& random) && {
    Luck luck{random};
    for (const auto* renaming : renamings_)
      if (luck.survives()) rename(*renaming);
    for (const auto& [name, waiting] : unsynced_) {
      if (!durable_.contains(name) && !luck.survives()) continue;  // not even its name is there
      for (const auto* operation : waiting) luck.perhaps_carry_out(durable_[name], *operation);
    }
    return std::move(durable_);
  }

 private:
  /// What of it was synced or not stays so under its new name.
  void rename(const PowerCutDisk::Operation& renaming) {
    durable_[renaming.to] = std::move(durable_[renaming.file]);
    durable_.erase(renaming.file);
    unsynced_[renaming.to] = std::move(unsynced_[renaming.file]);
    unsynced_.erase(renaming.file);
  }

  DiskImage durable_;
  std::map<std::string, std::vector<const PowerCutDisk::Operation*>> unsynced_;
  std::vector<const PowerCutDisk::Operation*> renamings_;
};

// --- what SQLite calls -------------------------------------------------------------------------

struct Handle : sqlite3_file {
  PowerCutDisk* disk = nullptr;
  std::string name;
  bool is_temporary = false;
  int lock = SQLITE_LOCK_NONE;
  bool shm_shared[SQLITE_SHM_NLOCK] = {};
  bool shm_exclusive[SQLITE_SHM_NLOCK] = {};

  [[nodiscard]] PowerCutDisk::File& file() const { return disk->file(name); }
};

Handle& handle(sqlite3_file* file) { return *static_cast<Handle*>(file); }

int unlock(sqlite3_file* raw, int level) {
  Handle& h = handle(raw);
  if (h.lock >= SQLITE_LOCK_RESERVED && level < SQLITE_LOCK_RESERVED) h.file().is_written = false;
  if (h.lock >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED) --h.file().readers;
  h.lock = std::min(h.lock, level);
  return SQLITE_OK;
}

int lock(sqlite3_file* raw, int level) {
  Handle& h = handle(raw);
  PowerCutDisk::File& file = h.file();
  if (level >= SQLITE_LOCK_RESERVED && h.lock < SQLITE_LOCK_RESERVED && file.is_written)
    return SQLITE_BUSY;
  if (level == SQLITE_LOCK_EXCLUSIVE && file.readers > 1) return SQLITE_BUSY;
  if (level >= SQLITE_LOCK_SHARED && h.lock < SQLITE_LOCK_SHARED) ++file.readers;
  if (level >= SQLITE_LOCK_RESERVED) file.is_written = true;
  h.lock = std::max(h.lock, level);
  return SQLITE_OK;
}

int check_reserved(sqlite3_file* raw, int* is_reserved) {
  *is_reserved = handle(raw).file().is_written ? 1 : 0;
  return SQLITE_OK;
}

int close(sqlite3_file* raw) {
  Handle& h = handle(raw);
  unlock(raw, SQLITE_LOCK_NONE);
  if (h.is_temporary) h.disk->apply({Kind::Delete, h.name, 0, {}});
  h.~Handle();
  return SQLITE_OK;
}

int read(sqlite3_file* raw, void* to, int amount, sqlite3_int64 offset) {
  const auto& octets = handle(raw).file().octets;
  const auto wanted = static_cast<std::size_t>(amount);
  const std::size_t from = std::min(static_cast<std::size_t>(offset), octets.size());
  const std::size_t there = std::min(wanted, octets.size() - from);
  if (there > 0) std::memcpy(to, octets.data() + from, there);  // an empty file has no octets
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<std::uint8_t*>(to) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* raw, const void* from, int amount, sqlite3_int64 offset) {
  const auto* octets = static_cast<const std::uint8_t*>(from);
  handle(raw).disk->apply(
      {Kind::Write, handle(raw).name, static_cast<std::size_t>(offset), {octets, octets + amount}});
  return SQLITE_OK;
}

int truncate(sqlite3_file* raw, sqlite3_int64 size) {
  handle(raw).disk->apply({Kind::Truncate, handle(raw).name, static_cast<std::size_t>(size), {}});
  return SQLITE_OK;
}

int sync(sqlite3_file* raw, int /*flags*/) {
  handle(raw).disk->apply({Kind::Sync, handle(raw).name, 0, {}});
  return SQLITE_OK;
}

int file_size(sqlite3_file* raw, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(handle(raw).file().octets.size());
  return SQLITE_OK;
}

int file_control(sqlite3_file* /*raw*/, int /*operation*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file* /*raw*/) { return PowerCutDisk::kSector; }

int characteristics(sqlite3_file* /*raw*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int shm_map(sqlite3_file* raw, int region, int size, int /*extend*/, void volatile** memory) {
  auto& regions = handle(raw).file().shared_memory;
  while (regions.size() <= static_cast<std::size_t>(region))
    regions.push_back(std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(size)));
  *memory = regions[static_cast<std::size_t>(region)].get();
  return SQLITE_OK;
}

int shm_unlock_one(Handle& h, int slot) {
  PowerCutDisk::File& file = h.file();
  if (h.shm_exclusive[slot]) file.shm_exclusive[slot] = h.shm_exclusive[slot] = false;
  if (h.shm_shared[slot]) {
    h.shm_shared[slot] = false;
    --file.shm_shared[slot];
  }
  return SQLITE_OK;
}

int shm_lock(sqlite3_file* raw, int first, int count, int flags) {
  Handle& h = handle(raw);
  PowerCutDisk::File& file = h.file();
  const bool wants_all = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    for (int slot = first; slot < first + count; ++slot) shm_unlock_one(h, slot);
    return SQLITE_OK;
  }
  for (int slot = first; slot < first + count; ++slot) {
    const int others = file.shm_shared[slot] - (h.shm_shared[slot] ? 1 : 0);
    if (file.shm_exclusive[slot] && !h.shm_exclusive[slot]) return SQLITE_BUSY;
    if (wants_all && others > 0) return SQLITE_BUSY;
  }
  for (int slot = first; slot < first + count; ++slot) {
    if (wants_all) {
      file.shm_exclusive[slot] = h.shm_exclusive[slot] = true;
    } else if (!h.shm_shared[slot]) {
      h.shm_shared[slot] = true;
      ++file.shm_shared[slot];
    }
  }
  return SQLITE_OK;
}

void shm_barrier(sqlite3_file* /*raw*/) {}

int shm_unmap(sqlite3_file* raw, int delete_it) {
  for (int slot = 0; slot < SQLITE_SHM_NLOCK; ++slot) shm_unlock_one(handle(raw), slot);
  if (delete_it != 0) handle(raw).file().shared_memory.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods{2,
                                  close,
                                  read,
                                  write,
                                  truncate,
                                  sync,
                                  file_size,
                                  lock,
                                  unlock,
                                  check_reserved,
                                  file_control,
                                  sector_size,
                                  characteristics,
                                  shm_map,
                                  shm_lock,
                                  shm_barrier,
                                  shm_unmap,
                                  nullptr,
                                  nullptr};

PowerCutDisk& disk_of(sqlite3_vfs* vfs) { return *static_cast<PowerCutDisk*>(vfs->pAppData); }

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out_flags) {
  PowerCutDisk& disk = disk_of(vfs);
  raw->pMethods = nullptr;
  if (name != nullptr && !disk.exists(name) && (flags & SQLITE_OPEN_CREATE) == 0)
    return SQLITE_CANTOPEN;
  auto* h = new (raw) Handle;
  h->disk = &disk;
  h->is_temporary = name == nullptr;
  h->name = name != nullptr ? name : "temporary-" + std::to_string(disk.operations());
  (void)h->file();
  h->pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int /*sync_directory*/) {
  if (!disk_of(vfs).exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  disk_of(vfs).apply({Kind::Delete, name, 0, {}});
  return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* name, int /*flags*/, int* result) {
  *result = disk_of(vfs).exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_pathname(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace

PowerCutDisk::PowerCutDisk(std::string vfs, const DiskImage& image)
    : name_(std::move(vfs)), start_(image) {
  for (const auto& [name, octets] : image) files_[name].octets = octets;
  vfs_ = *sqlite3_vfs_find(nullptr);  // for the time, chance and sleep
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  vfs_.xAccess = access;
  vfs_.xFullPathname = full_pathname;
  sqlite3_vfs_register(&vfs_, 0);
}

PowerCutDisk::~PowerCutDisk() { sqlite3_vfs_unregister(&vfs_); }

void PowerCutDisk::apply(Operation operation) {
  if (operation.kind == Kind::Delete)
    files_.erase(operation.file);
  else if (operation.kind == Kind::Rename)
    files_[operation.to].octets = std::move(files_.extract(operation.file).mapped().octets);
  else if (operation.kind != Kind::SyncNames)
    carry_out(files_[operation.file].octets, operation);
  log_.push_back(std::move(operation));
}

DiskImage PowerCutDisk::after_cut(std::size_t operations, std::mt19937& random) const {
  Surviving disk{start_};
  for (std::size_t i = 0; i < operations; ++i) disk.carry_out(log_[i]);
  return std::move(disk).cut(random);
}

std::size_t power_cuts_wanted() {
  const char* text = std::getenv("PORTICO_POWER_CUTS");
  return text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
}

}  // namespace portico::support
