// SPDX-License-Identifier: BSD-3-Clause
// The echo requests that we send ourselves, and the replies to them (RFC 792).
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace portico::icmp {

struct Echo {
  Ipv4 from;  ///< who asks
  Ipv4 to;    ///< who is asked
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  friend bool operator==(const Echo&, const Echo&) = default;
};

/// A whole IP packet, without data.
inline constexpr std::size_t kEchoSize = 28;
[[nodiscard]] std::array<std::uint8_t, kEchoSize> request_of(const Echo& echo) noexcept;

/// The request that this IP packet replies to; nothing: it is no echo reply, or not a whole one.
[[nodiscard]] std::optional<Echo> replied_to(Bytes packet) noexcept;

}  // namespace portico::icmp
