// SPDX-License-Identifier: BSD-3-Clause
// Text in columns, as the command line shows it.
#pragma once

#include "stats/registry.hpp"

#include <string>
#include <vector>

namespace portico::stats {

/// Rows of cells under a heading; columns as wide as their widest cell. Control characters in a
/// cell, which may come from a peer, are shown as '?'.
class Table {
 public:
  enum class Align : std::uint8_t { Left, Right };
  struct Column {
    std::string title;
    Align align = Align::Left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns.
  void row(std::vector<std::string> cells);
  /// Ends in a newline; no trailing blanks.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Whether counters that never counted are shown.
enum class Zeros : std::uint8_t { Show, Hide };

/// A row a counter: its name, its value, what it means.
[[nodiscard]] std::string to_table(const GroupReading& group, Zeros zeros = Zeros::Show);

}  // namespace portico::stats
