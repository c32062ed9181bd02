// SPDX-License-Identifier: BSD-3-Clause
// Where things stand in a DHCP message: shared by the parser and the builder, nobody else's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace portico::wire::dhcp {

inline constexpr std::uint32_t kCookie = 0x63825363;  // RFC 2131 section 3
inline constexpr std::size_t kSnameAt = 44;
inline constexpr std::size_t kFileAt = 108;
inline constexpr std::size_t kCookieAt = 236;

// Option 52, RFC 2132 section 9.3.
inline constexpr std::uint8_t kFileHoldsOptions = 1;
inline constexpr std::uint8_t kSnameHoldsOptions = 2;

}  // namespace portico::wire::dhcp
