// SPDX-License-Identifier: BSD-3-Clause
// Sealing and opening ESP packets, a burst at a time; drivers/ipsec_mb does it.
#pragma once

#include "base/endian.hpp"
#include "base/result.hpp"
#include "tunnel/algorithm.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace portico::tunnel {

/// A key made ready for its algorithm. Its memory is wiped when it goes. Workers only read it.
class Key {
 public:
  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  virtual ~Key() = default;

  /// Made of the same octets for the same algorithm, by the same driver.
  [[nodiscard]] virtual bool is_same_as(const Key& other) const noexcept = 0;
};
using KeyPtr = std::unique_ptr<const Key>;

/// One packet, sealed or opened where it lies. `packet` is the whole of ESP, header to ICV, of the
/// sizes of its key's algorithm: esp_room() made it, or EspView took it.
struct Job {
  const Key* key = nullptr;
  MutableBytes packet;
  std::uint64_t number = 0;  ///< with ESN its upper half is authenticated too (RFC 4303 2.2.1)
  bool esn = false;
  bool is_right = false;  ///< of open(): its integrity; nothing of a wrong one is to be used
};

/// One thread's. Any number of jobs a call, of any keys: the more of one algorithm, the faster.
class Cipher {
 public:
  virtual ~Cipher() = default;

  /// Encrypts and writes IV and ICV; header, inner packet and trailer are there.
  virtual void seal(std::span<Job> jobs) noexcept = 0;
  /// Decrypts, and compares the ICV in constant time. Of the packet only the text remains as it
  /// should be; of a wrong one nothing.
  virtual void open(std::span<Job> jobs) noexcept = 0;
};

}  // namespace portico::tunnel
