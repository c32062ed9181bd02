// SPDX-License-Identifier: BSD-3-Clause
// The files below tftp.root as immutable images in memory. Regular files only: every component is
// opened below its folder without following a symbolic link, so nothing outside the root is read.
#pragma once

#include "app/portico/file_stamp.hpp"
#include "base/digest.hpp"
#include "tftp/library.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace portico::app {

class FirmwareFiles {
 public:
  /// `memory_limit`: octets of all images of one snapshot. While a file is replaced, and while a
  /// transfer of the old image runs, both take memory.
  FirmwareFiles(std::string root, std::uint64_t memory_limit, std::unique_ptr<Digest> digest);

  /// Never null; the same pointer as before if nothing changed. The first scan reads everything. A
  /// file that changes later is read once two scans in a row found it the same, so that one still
  /// being written is not served half; until then its earlier image stays. Where the root itself
  /// cannot be read, all images stay and left_out says why. Stopped half-way: as before.
  tftp::SnapshotPtr scan(const std::stop_token& stop = {});

 private:
  struct Known {
    FileStamp seen;
    std::optional<FileStamp> image_of;  ///< the state that `image` was read from
    tftp::ImagePtr image;               ///< null: none was ever read
  };
  using KnownFiles = std::map<std::string, Known, std::less<>>;
  struct Scan {
    const std::stop_token& stop;
    KnownFiles known;
    tftp::Snapshot snapshot;
    std::uint64_t octets = 0;
  };

  void walk(Scan& scan, int folder, const std::string& prefix, int depth) const;
  void visit(Scan& scan, int folder, const std::string& name, const std::string& path,
             int depth) const;
  void take_file(Scan& scan, int file, const std::string& path, const FileStamp& stamp) const;
  [[nodiscard]] std::optional<std::string> refresh(const Scan& scan, int file, Known& known) const;
  [[nodiscard]] bool fits(const Scan& scan, std::uint64_t octets) const noexcept;
  [[nodiscard]] std::string beyond_limit() const;
  [[nodiscard]] tftp::ImagePtr read_image(const std::stop_token& stop, int file,
                                          const FileStamp& stamp,
                                          const tftp::ImagePtr& earlier) const;
  void adopt(Scan scan);

  std::string root_;
  std::uint64_t memory_limit_;
  std::unique_ptr<Digest> digest_;
  std::optional<KnownFiles> known_;  ///< none: no scan yet
  tftp::SnapshotPtr snapshot_;
};

}  // namespace portico::app
