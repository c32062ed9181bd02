// SPDX-License-Identifier: BSD-3-Clause
// The number of the newest commit, in a file of its own. SQLite takes the first frame of its log
// that does not check for the log's end, as it must after a power cut; only who knows how many
// commits were synced can tell that some are gone.
#pragma once

#include <cstdint>
#include <string>

namespace portico::sqlite {

class CommitMark {
 public:
  /// Of that lease file; `vfs` as registered with SQLite, empty: the system's.
  CommitMark(const std::string& file, std::string vfs);

  /// Nothing synced is missing below this number. Zero: nothing is known.
  [[nodiscard]] std::uint64_t read() const;
  /// After the commit is on the disk, and never synced: a mark that a power cut sets back, or that
  /// could not be written, claims less than there is, never more.
  void write(std::uint64_t commits) const;
  /// Where there is no lease file, the next one begins from nothing.
  void forget_if_first() const;

 private:
  const std::string file_;
  const std::string name_;
  const std::string vfs_;
};

}  // namespace portico::sqlite
