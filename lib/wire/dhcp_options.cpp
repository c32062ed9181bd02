// SPDX-License-Identifier: BSD-3-Clause
#include "wire/dhcp_options.hpp"

#include "base/expects.hpp"

#include <algorithm>

namespace portico::wire::dhcp {
namespace {

constexpr std::size_t kMaxValue = 255;

// Sub-options of option 125 under the operator's enterprise number, and of option 43.
constexpr std::uint8_t kPublicAddress = 1;
constexpr std::uint8_t kPorts = 2;
constexpr std::uint8_t kTunnelAddress = 3;
constexpr std::uint8_t kFirmwareDigest = 4;
constexpr std::uint8_t kFirmwareVersion = 5;

/// Calls `visit(code, value)` until it returns false or the list ends. False if a value would end
/// beyond the list.
template <class Visit>
bool walk(Bytes list, Visit&& visit) {
  while (!list.empty()) {
    if (list.size() < 2) return false;
    const std::size_t length = list[1];
    if (length > list.size() - 2) return false;
    if (!visit(list[0], list.subspan(2, length))) return true;
    list = list.subspan(2 + length);
  }
  return true;
}

template <std::unsigned_integral T>
std::array<std::uint8_t, sizeof(T)> big_endian(T value) noexcept {
  std::array<std::uint8_t, sizeof(T)> octets;
  store_be(octets.data(), value);
  return octets;
}

std::optional<PortRange> parse_ports(Bytes value) noexcept {
  const auto first = load_be<std::uint16_t>(value.data());
  const auto last = load_be<std::uint16_t>(value.data() + 2);
  if (last < first) return std::nullopt;
  const PortRange range{first, static_cast<std::uint16_t>(last - first + 1)};
  if (!range.is_valid()) return std::nullopt;
  return range;
}

/// False if a known sub-option is not what it should be.
bool read_setting(PhoneSettings& settings, std::uint8_t code, Bytes value) {
  switch (code) {
    case kPublicAddress:
    case kTunnelAddress: {
      if (value.size() != 4) return false;
      auto& address = code == kPublicAddress ? settings.public_address : settings.tunnel_address;
      address = Ipv4{load_be<std::uint32_t>(value.data())};
      return true;
    }
    case kPorts:
      if (value.size() == 4) settings.range = parse_ports(value);
      return settings.range.has_value();
    case kFirmwareDigest:
      if (value.size() != std::tuple_size_v<Sha256>) return false;
      std::ranges::copy(value, settings.firmware.emplace().begin());
      return true;
    case kFirmwareVersion:
      settings.version.assign(value.begin(), value.end());
      return true;
    default:
      return true;
  }
}

}  // namespace

std::optional<Bytes> sub_option(Bytes list, std::uint8_t code) noexcept {
  std::optional<Bytes> found;
  (void)walk(list, [&](std::uint8_t c, Bytes value) {
    if (c == code) found = value;
    return !found;
  });
  return found;
}

std::optional<Ipv4> sub_address(Bytes list, std::uint8_t code) noexcept {
  const auto value = sub_option(list, code);
  if (!value || value->size() != 4) return std::nullopt;
  return Ipv4{load_be<std::uint32_t>(value->data())};
}

bool is_sub_option_list(Bytes list) noexcept {
  return walk(list, [](std::uint8_t, Bytes) { return true; });
}

void append_sub_option(std::vector<std::uint8_t>& list, std::uint8_t code, Bytes value) {
  expects(value.size() <= kMaxValue, "a sub-option has at most 255 octets");
  list.push_back(code);
  list.push_back(static_cast<std::uint8_t>(value.size()));
  list.insert(list.end(), value.begin(), value.end());
}

std::optional<Bytes> vendor_part(Bytes option, std::uint32_t enterprise) noexcept {
  constexpr std::size_t kHead = 5;  // enterprise number and length
  while (option.size() >= kHead) {
    const std::size_t length = option[4];
    if (length > option.size() - kHead) return std::nullopt;
    if (load_be<std::uint32_t>(option.data()) == enterprise) return option.subspan(kHead, length);
    option = option.subspan(kHead + length);
  }
  return std::nullopt;
}

void append_vendor_part(std::vector<std::uint8_t>& option, std::uint32_t enterprise,
                        Bytes content) {
  expects(content.size() <= kMaxValue, "a vendor's part has at most 255 octets");
  const auto number = big_endian(enterprise);
  option.insert(option.end(), number.begin(), number.end());
  option.push_back(static_cast<std::uint8_t>(content.size()));
  option.insert(option.end(), content.begin(), content.end());
}

std::optional<Bytes> first_vendor_class(Bytes part) noexcept {
  if (part.empty() || part[0] > part.size() - 1) return std::nullopt;
  return part.subspan(1, part[0]);
}

std::array<std::uint8_t, 4> port_parameters(PortRange range) noexcept {
  const auto psid = big_endian(range.psid_left_aligned());
  return {0, range.psid_length(), psid[0], psid[1]};
}

std::optional<PortRange> parse_port_parameters(Bytes option) noexcept {
  if (option.size() != 4 || option[0] != 0) return std::nullopt;
  const auto length = option[1];
  const auto aligned = load_be<std::uint16_t>(option.data() + 2);
  if (length < 2 || length > 16) return std::nullopt;
  return PortRange::from_psid(static_cast<std::uint16_t>(aligned >> (16 - length)), length);
}

void append_settings(std::vector<std::uint8_t>& list, const PhoneSettings& settings) {
  const auto start = list.size();
  if (settings.public_address)
    append_sub_option(list, kPublicAddress, big_endian(settings.public_address->bits));
  if (settings.range) {
    const auto ports = big_endian(static_cast<std::uint32_t>(settings.range->first) << 16 |
                                  settings.range->last());
    append_sub_option(list, kPorts, ports);
  }
  if (settings.tunnel_address)
    append_sub_option(list, kTunnelAddress, big_endian(settings.tunnel_address->bits));
  if (settings.firmware) append_sub_option(list, kFirmwareDigest, *settings.firmware);
  if (settings.version.empty()) return;
  const auto* text = reinterpret_cast<const std::uint8_t*>(settings.version.data());
  const auto room = kMaxValue - (list.size() - start) - 2;
  append_sub_option(list, kFirmwareVersion, {text, std::min(settings.version.size(), room)});
}

std::optional<PhoneSettings> parse_settings(Bytes list) {
  PhoneSettings settings;
  bool good = true;
  const bool whole = walk(list, [&](std::uint8_t code, Bytes value) {
    good = read_setting(settings, code, value);
    return good;
  });
  if (!whole || !good) return std::nullopt;
  return settings;
}

}  // namespace portico::wire::dhcp
