// SPDX-License-Identifier: BSD-3-Clause
// What stands inside options: code-length-value lists (43, 82, one vendor's part of 125), the parts
// of 124 and 125 by enterprise number, port parameters (159), and what a phone is told of its
// ports.
#pragma once

#include "base/addresses.hpp"
#include "base/digest.hpp"
#include "base/endian.hpp"
#include "base/port_range.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portico::wire::dhcp {

/// Sub-options of option 82.
namespace relay {
inline constexpr std::uint8_t kCircuitId = 1;          // RFC 3046
inline constexpr std::uint8_t kRemoteId = 2;           // RFC 3046
inline constexpr std::uint8_t kLinkSelection = 5;      // RFC 3527
inline constexpr std::uint8_t kServerIdOverride = 11;  // RFC 5107
}  // namespace relay

/// One value of a list of code, length, value; none if it is absent or the list is broken before
/// it.
[[nodiscard]] std::optional<Bytes> sub_option(Bytes list, std::uint8_t code) noexcept;
/// A sub-option of exactly four octets.
[[nodiscard]] std::optional<Ipv4> sub_address(Bytes list, std::uint8_t code) noexcept;
/// True if the list ends exactly with its last value.
[[nodiscard]] bool is_sub_option_list(Bytes list) noexcept;
/// At most 255 octets of value.
void append_sub_option(std::vector<std::uint8_t>& list, std::uint8_t code, Bytes value);

/// One enterprise's part of option 124 or 125 (RFC 3925 sections 3 and 4): of 125 a list of
/// sub-options, of 124 a list of length and data. None if absent, or broken before it.
[[nodiscard]] std::optional<Bytes> vendor_part(Bytes option, std::uint32_t enterprise) noexcept;
/// At most 255 octets of content.
void append_vendor_part(std::vector<std::uint8_t>& option, std::uint32_t enterprise, Bytes content);
/// The first data of an enterprise's part of option 124.
[[nodiscard]] std::optional<Bytes> first_vendor_class(Bytes part) noexcept;

/// Option 159, RFC 7618 section 9: offset 0, PSID length, the PSID left-aligned.
[[nodiscard]] std::array<std::uint8_t, 4> port_parameters(PortRange range) noexcept;
/// None unless it is four octets of an offset-0 range of 1 to kMaxRangeSize ports.
[[nodiscard]] std::optional<PortRange> parse_port_parameters(Bytes option) noexcept;

/// What Portico tells a phone about its outside, in option 125 under the operator's number and
/// perhaps in option 43: sub-options 1 to 5.
struct PhoneSettings {
  std::optional<Ipv4> public_address;  ///< 1
  std::optional<PortRange> range;      ///< 2, as first and last port
  std::optional<Ipv4> tunnel_address;  ///< 3
  std::optional<Sha256> firmware;      ///< 4
  std::string version;                 ///< 5; empty: none

  friend bool operator==(const PhoneSettings&, const PhoneSettings&) = default;
};

/// Appends the sub-options that are set. A version is cut to what fits into 255 octets in all.
void append_settings(std::vector<std::uint8_t>& list, const PhoneSettings& settings);
/// None if the list is broken or a known sub-option has a wrong length; others are skipped.
[[nodiscard]] std::optional<PhoneSettings> parse_settings(Bytes list);

}  // namespace portico::wire::dhcp
