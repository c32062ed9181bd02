// SPDX-License-Identifier: BSD-3-Clause
// A root of its own for each test, and a digest that tells how often it was asked.
#pragma once

#include "base/digest.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdlib.h>
#include <string>

namespace bench {

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "portico-files-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::filesystem::path path() const { return path_; }
  /// Replaces the file as an operator should: written aside, then renamed.
  void put(const std::string& name, const std::string& content) const {
    const auto target = path_ / name;
    std::filesystem::create_directories(target.parent_path());
    const auto aside = std::filesystem::path{path_.string() + ".aside"};
    std::ofstream{aside, std::ios::binary} << content;
    std::filesystem::rename(aside, target);
  }
  /// Writes into the file that is there.
  void append(const std::string& name, const std::string& content) const {
    std::ofstream{path_ / name, std::ios::binary | std::ios::app} << content;
  }

 private:
  std::filesystem::path path_;
};

/// Not SHA-256, but different for different content, and `on_call` sees every call.
class CountingDigest final : public portico::Digest {
 public:
  explicit CountingDigest(std::function<void()> on_call) : on_call_(std::move(on_call)) {}

  portico::Sha256 sha256(portico::Bytes message) override {
    on_call_();
    portico::Sha256 digest{};
    for (std::size_t i = 0; i < message.size(); ++i) {
      auto& octet = digest[i % digest.size()];
      octet = static_cast<std::uint8_t>(octet * 31 + message[i]);
    }
    return digest;
  }

 private:
  std::function<void()> on_call_;
};

}  // namespace bench
