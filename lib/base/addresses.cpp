// SPDX-License-Identifier: BSD-3-Clause
#include "base/addresses.hpp"

#include "base/hex.hpp"

#include <charconv>
#include <cstdio>

namespace portico {
namespace {

/// A decimal number up to `most`, without sign or leading zero, taken off the front of `text`.
std::optional<unsigned> take_number(std::string_view& text, unsigned most) noexcept {
  unsigned v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || v > most || (digits > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(digits);
  return v;
}

}  // namespace

std::optional<Ipv4> parse_ipv4(std::string_view text) noexcept {
  std::uint32_t bits = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (text.empty() || text[0] != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    const auto octet = take_number(text, 255);
    if (!octet) return std::nullopt;
    bits = bits << 8 | *octet;
  }
  if (!text.empty()) return std::nullopt;
  return Ipv4{bits};
}

std::optional<InterfaceAddress> parse_interface(std::string_view text) noexcept {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ipv4(text.substr(0, slash));
  auto rest = text.substr(slash + 1);
  const auto length = take_number(rest, 32);
  if (!address || !length || !rest.empty()) return std::nullopt;
  return InterfaceAddress{*address, static_cast<std::uint8_t>(*length)};
}

std::optional<Prefix> parse_prefix(std::string_view text) noexcept {
  const auto a = parse_interface(text);
  if (!a || a->network().base != a->address) return std::nullopt;
  return a->network();
}

std::optional<Mac> parse_mac(std::string_view text) noexcept {
  if (text.size() != 17) return std::nullopt;
  const char separator = text[2];
  if (separator != ':' && separator != '-') return std::nullopt;
  Mac mac;
  for (std::size_t i = 0; i < 6; ++i) {
    const int high = hex_digit(text[3 * i]);
    const int low = hex_digit(text[3 * i + 1]);
    if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != separator)) return std::nullopt;
    mac.octets[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return mac;
}

std::string to_string(Ipv4 a) {
  return std::to_string(a.bits >> 24) + '.' + std::to_string(a.bits >> 16 & 255) + '.' +
         std::to_string(a.bits >> 8 & 255) + '.' + std::to_string(a.bits & 255);
}

std::string to_string(Prefix p) { return to_string(p.base) + '/' + std::to_string(p.length); }

std::string to_string(InterfaceAddress a) {
  return to_string(a.address) + '/' + std::to_string(a.length);
}

std::string to_string(const Mac& m) {
  const auto& o = m.octets;
  char text[18];
  std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3], o[4],
                o[5]);
  return text;
}

}  // namespace portico
