// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/software/settings.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace portico::rtp {
namespace {

struct Setting {
  std::string_view option;
  const char* variable;
  bool (*take)(std::string_view text, Settings& into);
};

template <class T>
bool take_number(std::string_view text, T& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

bool take_address(std::string_view text, Settings& into) {
  const auto address = parse_ipv4(text);
  if (address) into.address = *address;
  return address.has_value();
}

bool take_ports(std::string_view text, Settings& into) {
  const auto dash = text.find('-');
  if (dash == text.npos) return false;
  return take_number(text.substr(0, dash), into.first_port) &&
         take_number(text.substr(dash + 1), into.last_port) && into.first_port != 0 &&
         into.first_port <= into.last_port;
}

bool take_peer(std::string_view text, Settings& into) {
  if (text.empty()) return true;  // an empty variable is none
  const auto colon = text.find(':');
  const auto address = parse_ipv4(text.substr(0, colon));
  if (colon == text.npos || !address) return false;
  into.peer = wire::Endpoint{*address, 0};
  return take_number(text.substr(colon + 1), into.peer->port) && into.peer->port != 0;
}

bool take_packets(std::string_view text, Settings& into) { return take_number(text, into.packets); }

constexpr std::array kSettings{
    Setting{"--address", "PORTICO_PRIVATE_ADDRESS", take_address},
    Setting{"--ports", "PORTICO_PORTS", take_ports},
    Setting{"--peer", "PORTICO_RTP_PEER", take_peer},
    Setting{"--packets", "PORTICO_RTP_PACKETS", take_packets},
};

Result<void> take_argument(std::string_view option, std::string_view value, Settings& into) {
  for (const auto& setting : kSettings) {
    if (setting.option != option) continue;
    if (!setting.take(value, into))
      return fail("not understood: " + std::string{value}, std::string{option});
    return {};
  }
  return fail("not an option of rtp-phone", std::string{option});
}

}  // namespace

std::uint16_t Settings::rtp_port() const noexcept {
  const bool odd = first_port % 2 != 0;
  return odd && first_port < last_port ? static_cast<std::uint16_t>(first_port + 1) : first_port;
}

std::uint16_t Settings::rtcp_port() const noexcept {
  return rtp_port() < last_port ? static_cast<std::uint16_t>(rtp_port() + 1) : std::uint16_t{0};
}

Result<Settings> read_settings(int argc, const char* const* argv) {
  Settings settings;
  for (const auto& setting : kSettings) {
    const char* const value = std::getenv(setting.variable);
    if (value != nullptr && !setting.take(value, settings))
      return fail(std::string{"not understood: "} + value, setting.variable);
  }
  for (int i = 1; i < argc; i += 2) {
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (auto taken = take_argument(argv[i], value, settings); !taken) return fail(taken.error());
  }
  if (settings.first_port == 0) return fail("missing", "--ports");
  return settings;
}

}  // namespace portico::rtp
