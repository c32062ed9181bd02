// SPDX-License-Identifier: BSD-3-Clause
// What went through a binding.
#pragma once

#include <cstdint>

namespace portico {

struct Usage {
  std::uint64_t packets_out = 0;
  std::uint64_t octets_out = 0;
  std::uint64_t packets_in = 0;
  std::uint64_t octets_in = 0;

  Usage& operator+=(const Usage& other) noexcept {
    packets_out += other.packets_out;
    octets_out += other.octets_out;
    packets_in += other.packets_in;
    octets_in += other.octets_in;
    return *this;
  }
  friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace portico
