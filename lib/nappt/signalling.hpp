// SPDX-License-Identifier: BSD-3-Clause
// What is signalling, named by server and port, never guessed from payload (V-3). Fixed at start,
// read by every worker.
#pragma once

#include "base/addresses.hpp"
#include "nappt/packet.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace portico::nappt {

class Signalling {
 public:
  Signalling() = default;  ///< nothing is
  Signalling(std::span<const Prefix> servers, std::span<const std::uint16_t> ports)
      : servers_(servers.begin(), servers.end()) {
    for (const auto port : ports) ports_[port / 64] |= bit(port);
  }

  /// Of a packet from a phone: is it for a signalling server, at one of its ports?
  [[nodiscard]] bool names(const Packet& packet) const noexcept {
    if (packet.is_echo()) return false;
    const auto port = packet.destination_port();
    return (ports_[port / 64] & bit(port)) != 0 &&
           std::ranges::any_of(
               servers_, [to = packet.destination()](const auto& s) { return s.contains(to); });
  }

 private:
  [[nodiscard]] static constexpr std::uint64_t bit(std::uint16_t port) noexcept {
    return std::uint64_t{1} << port % 64;
  }
  std::vector<AddressBlock> servers_;
  std::array<std::uint64_t, 1024> ports_{};
};

}  // namespace portico::nappt
