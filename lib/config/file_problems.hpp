// SPDX-License-Identifier: BSD-3-Clause
// What is wrong with a file of lines, each with its place; after as many as anyone reads, counted.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace portico::config {

class FileProblems {
 public:
  static constexpr std::size_t kMostShown = 100;

  explicit FileProblems(std::string file) : file_(std::move(file)) {}

  /// `pointer`: into the line's JSON; empty: all of it.
  void add(std::size_t line, const std::string& pointer, std::string what) {
    if (++count_ > kMostShown) return;
    const auto place = file_ + ":" + std::to_string(line);
    errors_.push_back({std::move(what), pointer.empty() ? place : place + ": " + pointer});
  }
  void add_if(bool wrong, std::size_t line, const std::string& pointer, std::string what) {
    if (wrong) add(line, pointer, std::move(what));
  }
  [[nodiscard]] bool none() const noexcept { return count_ == 0; }
  [[nodiscard]] std::vector<Error> take() && {
    if (count_ > kMostShown)
      errors_.push_back({std::to_string(count_ - kMostShown) + " more problems", file_});
    return std::move(errors_);
  }

 private:
  std::string file_;
  std::size_t count_ = 0;
  std::vector<Error> errors_;
};

}  // namespace portico::config
