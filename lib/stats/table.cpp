// SPDX-License-Identifier: BSD-3-Clause
#include "stats/table.hpp"

#include "base/expects.hpp"

#include <algorithm>

namespace portico::stats {
namespace {

std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  return text;
}

void append(std::string& line, const std::string& cell, std::size_t width, Table::Align align) {
  const std::string blanks(width - cell.size(), ' ');
  if (!line.empty()) line += "  ";
  line += align == Table::Align::Right ? blanks + cell : cell + blanks;
}

void append_trimmed(std::string& text, const std::string& line) {
  text.append(line, 0, line.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

void Table::row(std::vector<std::string> cells) {
  expects(cells.size() == columns_.size(), "a row has as many cells as the table has columns");
  for (auto& cell : cells) cell = printable(std::move(cell));
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(columns_[i].title.size());
    for (const auto& row : rows_) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  std::string line;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    append(line, columns_[i].title, widths[i], columns_[i].align);
  append_trimmed(text, line);
  for (const auto& row : rows_) {
    line.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      append(line, row[i], widths[i], columns_[i].align);
    append_trimmed(text, line);
  }
  return text;
}

std::string to_table(const GroupReading& group, Zeros zeros) {
  Table table{{{std::string{group.name}}, {"count", Table::Align::Right}, {"meaning"}}};
  for (const auto& field : group.fields)
    if (field.value > 0 || zeros == Zeros::Show)
      table.row({std::string{field.name}, std::to_string(field.value), std::string{field.help}});
  return table.text();
}

}  // namespace portico::stats
