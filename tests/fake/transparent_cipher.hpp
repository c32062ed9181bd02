// SPDX-License-Identifier: BSD-3-Clause
// A Cipher that everybody can read, for tests of what surrounds it: the text is turned octet by
// octet, the ICV is a sum. It stops the test that calls it as no real one may be called: with a
// packet of wrong size, a header of another number, or a number that was sealed before.
#pragma once

#include "base/endian.hpp"
#include "base/expects.hpp"
#include "tunnel/cipher.hpp"
#include "tunnel/esp.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <utility>

namespace portico::fake {

class TransparentKey final : public tunnel::Key {
 public:
  TransparentKey(tunnel::Algorithm a, Bytes octets) : algorithm(a), name(sum(octets, 0)) {
    expects(octets.size() == tunnel::key_material(a), "a key of its algorithm's size");
  }

  [[nodiscard]] bool is_same_as(const tunnel::Key& other) const noexcept override {
    return static_cast<const TransparentKey&>(other).name == name;
  }

  /// FNV-1a: any octet changes it.
  static std::uint64_t sum(Bytes octets, std::uint64_t begin) noexcept {
    auto hash = begin ^ 0xcbf29ce484222325;
    for (const auto octet : octets) hash = (hash ^ octet) * 0x100000001b3;
    return hash;
  }

  const tunnel::Algorithm algorithm;
  const std::uint64_t name;
};

inline tunnel::KeyPtr transparent_key(tunnel::Algorithm algorithm, Bytes octets) {
  return std::make_unique<const TransparentKey>(algorithm, octets);
}

class TransparentCipher final : public tunnel::Cipher {
 public:
  /// What stands at the end of a sealed packet's ICV.
  static constexpr std::uint64_t kMark = 0x7365'616c'6564'2121;  // "sealed!!"

  void seal(std::span<tunnel::Job> jobs) noexcept override {
    ++seals;
    for (auto& job : jobs) {
      const auto esp = view(job);
      const auto& key = key_of(job);
      expects(esp.low_number() == static_cast<std::uint32_t>(job.number), "one number");
      expects(sealed_.emplace(key.name, job.number).second, "a number is sealed once");
      std::fill(esp.iv().begin(), esp.iv().end(), std::uint8_t{0});
      store_be(esp.iv().data() + esp.iv().size() - 8, job.number);
      turn(esp.text());
      store_be(esp.icv().data(), icv(job));
      store_be(esp.icv().data() + 8, kMark);
      ++packets_sealed;
    }
  }

  void open(std::span<tunnel::Job> jobs) noexcept override {
    ++opens;
    for (auto& job : jobs) {
      const auto esp = view(job);
      job.is_right = load_be<std::uint64_t>(esp.icv().data()) == icv(job) &&
                     load_be<std::uint64_t>(esp.icv().data() + 8) == kMark;
      turn(esp.text());
      ++packets_opened;
    }
  }

  std::size_t seals = 0;  ///< calls
  std::size_t opens = 0;
  std::size_t packets_sealed = 0;
  std::size_t packets_opened = 0;

 private:
  static const TransparentKey& key_of(const tunnel::Job& job) noexcept {
    expects(job.key != nullptr, "a job has a key");
    return static_cast<const TransparentKey&>(*job.key);
  }
  static tunnel::EspView view(const tunnel::Job& job) noexcept {
    const auto esp = tunnel::EspView::parse(job.packet, tunnel::sizes_of(key_of(job).algorithm));
    expects(esp.has_value(), "an ESP packet of its algorithm's sizes");
    return *esp;
  }
  static void turn(MutableBytes text) noexcept {
    for (auto& octet : text) octet ^= 0x5a;
  }
  static std::uint64_t icv(const tunnel::Job& job) noexcept {
    const auto begin = key_of(job).name + (job.esn ? (job.number >> 32) + 1 : 0);
    return TransparentKey::sum(job.packet.first(job.packet.size() - tunnel::kIcvSize), begin);
  }

  std::set<std::pair<std::uint64_t, std::uint64_t>> sealed_;  ///< key and number
};

}  // namespace portico::fake
