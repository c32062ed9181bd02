// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/templates.hpp"

#include "base/hex.hpp"
#include "tftp/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace portico::tftp {
namespace {

constexpr std::string_view kMac = "{mac}";

/// Text up to a placeholder, and the placeholder with its braces; empty at the end.
struct Piece {
  std::string_view text;
  std::string_view placeholder;
};

constexpr bool is_name_character(char c) noexcept { return (c >= 'a' && c <= 'z') || c == '_'; }

/// The placeholder that `text` begins with, if any.
std::string_view placeholder_at(std::string_view text) noexcept {
  const auto end = std::find_if_not(text.begin() + 1, text.end(), is_name_character);
  const auto size = static_cast<std::size_t>(end - text.begin());
  if (size < 2 || size == text.size() || text[size] != '}') return {};
  return text.substr(0, size + 1);
}

Piece take_piece(std::string_view& rest) noexcept {
  for (auto at = rest.find('{'); at != std::string_view::npos; at = rest.find('{', at + 1)) {
    const auto placeholder = placeholder_at(rest.substr(at));
    if (placeholder.empty()) continue;
    const Piece piece{rest.substr(0, at), placeholder};
    rest.remove_prefix(at + placeholder.size());
    return piece;
  }
  return {std::exchange(rest, {}), {}};
}

struct Ports {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// V-1: a range of four or more begins with an even port and ends with an odd one, and so does what
/// two ports less leave.
constexpr Ports rtp_ports(PortRange range) noexcept {
  if (range.size < 4) return {range.last(), range.last()};
  return {static_cast<std::uint16_t>(range.first + 2), range.last()};
}

std::string text_of(Ipv4 address) { return address.is_zero() ? std::string{} : to_string(address); }

struct Placeholder {
  std::string_view name;
  std::string (*value)(const Tenant&);
};

const std::array kPlaceholders{
    Placeholder{kMac, [](const Tenant& t) { return to_hex(t.mac.octets); }},
    Placeholder{"{private_address}", [](const Tenant& t) { return text_of(t.private_address); }},
    Placeholder{"{public_address}", [](const Tenant& t) { return text_of(t.public_address); }},
    Placeholder{"{tunnel_address}", [](const Tenant& t) { return text_of(t.tunnel_address); }},
    Placeholder{"{first_port}", [](const Tenant& t) { return std::to_string(t.range.first); }},
    Placeholder{"{last_port}", [](const Tenant& t) { return std::to_string(t.range.last()); }},
    Placeholder{"{sip_port}", [](const Tenant& t) { return std::to_string(t.range.first); }},
    Placeholder{"{rtp_first}",
                [](const Tenant& t) { return std::to_string(rtp_ports(t.range).first); }},
    Placeholder{"{rtp_last}",
                [](const Tenant& t) { return std::to_string(rtp_ports(t.range).last); }},
};

const Placeholder* find_placeholder(std::string_view name) noexcept {
  const auto found = std::find_if(kPlaceholders.begin(), kPlaceholders.end(),
                                  [name](const Placeholder& p) { return p.name == name; });
  return found == kPlaceholders.end() ? nullptr : &*found;
}

/// Octets of `text` that are the address in one of its spellings; 0: none.
std::size_t mac_at(std::string_view text, const Mac& mac) noexcept {
  const bool separated = text.size() > 2 && (text[2] == ':' || text[2] == '-');
  const std::size_t step = separated ? 3 : 2;
  const std::size_t size = 6 * step - (separated ? 1 : 0);
  if (text.size() < size) return 0;
  for (std::size_t i = 0; i < mac.octets.size(); ++i) {
    const auto* const digits = text.data() + i * step;
    if (separated && i > 0 && digits[-1] != text[2]) return 0;
    if (hex_digit(digits[0]) != mac.octets[i] >> 4 || hex_digit(digits[1]) != (mac.octets[i] & 15))
      return 0;
  }
  return size;
}

}  // namespace

Result<void> check_text(std::string_view text) {
  while (!text.empty()) {
    const auto placeholder = take_piece(text).placeholder;
    if (!placeholder.empty() && find_placeholder(placeholder) == nullptr)
      return fail("unknown placeholder " + std::string{placeholder});
  }
  return {};
}

Result<void> check_name(std::string_view name) {
  if (confined(name) != name) return fail("not a path below the root");
  while (!name.empty()) {
    const auto placeholder = take_piece(name).placeholder;
    if (!placeholder.empty() && placeholder != kMac)
      return fail("a file name may hold {mac} only, not " + std::string{placeholder});
  }
  return {};
}

bool name_matches(std::string_view name, std::string_view requested, const Mac& mac) noexcept {
  while (!name.empty()) {
    const auto [text, placeholder] = take_piece(name);
    if (!requested.starts_with(text)) return false;
    requested.remove_prefix(text.size());
    if (placeholder.empty()) continue;
    const auto size = placeholder == kMac ? mac_at(requested, mac) : 0;
    if (size == 0) return false;
    requested.remove_prefix(size);
  }
  return requested.empty();
}

std::string fill(std::string_view text, const Tenant& tenant) {
  std::string filled;
  while (!text.empty()) {
    const auto [before, placeholder] = take_piece(text);
    filled += before;
    if (const auto* const known = find_placeholder(placeholder))
      filled += known->value(tenant);
    else
      filled += placeholder;
  }
  return filled;
}

}  // namespace portico::tftp
