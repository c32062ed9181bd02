// SPDX-License-Identifier: BSD-3-Clause
// Records of ours as octets, for a disk: numbers in network order, texts behind their lengths, a
// checksum at the end.
#pragma once

#include "base/addresses.hpp"
#include "base/crc32.hpp"
#include "base/endian.hpp"
#include "base/expects.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portico {

inline constexpr std::size_t kLongestText = 65535;  ///< in octets

class OctetWriter {
 public:
  template <std::unsigned_integral T>
  void number(T value) {
    const std::size_t at = octets_.size();
    octets_.resize(at + sizeof value);
    store_be(&octets_[at], value);
  }
  void time(WallTime value) { number(static_cast<std::uint64_t>(value.s)); }
  void mac(const Mac& value) {
    octets_.insert(octets_.end(), value.octets.begin(), value.octets.end());
  }
  void text(std::string_view value) {
    expects(value.size() <= kLongestText, "a text too long for a record");
    number(static_cast<std::uint16_t>(value.size()));
    octets_.insert(octets_.end(), value.begin(), value.end());
  }
  void texts(const std::set<std::string>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const auto& value : values) text(value);
  }
  [[nodiscard]] std::vector<std::uint8_t> with_checksum() && {
    number(crc32(octets_));
    return std::move(octets_);
  }

 private:
  std::vector<std::uint8_t> octets_;
};

/// Past the end everything reads as zero, and at_end() is false for good.
class OctetReader {
 public:
  explicit OctetReader(Bytes octets) noexcept : rest_(octets) {}

  template <std::unsigned_integral T>
  [[nodiscard]] T number() noexcept {
    const Bytes octets = take(sizeof(T));
    return octets.empty() ? T{} : load_be<T>(octets.data());
  }
  [[nodiscard]] Ipv4 address() noexcept { return {number<std::uint32_t>()}; }
  [[nodiscard]] WallTime time() noexcept {
    return {static_cast<std::int64_t>(number<std::uint64_t>())};
  }
  [[nodiscard]] Mac mac() noexcept {
    Mac value;
    std::ranges::copy(take(value.octets.size()), value.octets.begin());
    return value;
  }
  [[nodiscard]] std::string text() {
    const Bytes octets = take(number<std::uint16_t>());
    return {octets.begin(), octets.end()};
  }
  [[nodiscard]] std::set<std::string> texts() {
    std::set<std::string> values;
    for (auto left = number<std::uint32_t>(); left > 0 && !overran_; --left) values.insert(text());
    return values;
  }
  [[nodiscard]] bool at_end() const noexcept { return !overran_ && rest_.empty(); }

 private:
  [[nodiscard]] Bytes take(std::size_t size) noexcept {
    if (size > rest_.size()) {
      overran_ = true;
      rest_ = {};
      return {};
    }
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  Bytes rest_;
  bool overran_ = false;
};

/// What with_checksum() put it behind; nothing if the two do not agree.
[[nodiscard]] inline std::optional<Bytes> without_checksum(Bytes record) noexcept {
  constexpr std::size_t kChecksum = 4;
  if (record.size() < kChecksum) return std::nullopt;
  const Bytes body = record.first(record.size() - kChecksum);
  if (crc32(body) != load_be<std::uint32_t>(&record[body.size()])) return std::nullopt;
  return body;
}

}  // namespace portico
