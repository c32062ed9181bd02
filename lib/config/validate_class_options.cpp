// SPDX-License-Identifier: BSD-3-Clause
// DHCP options that a class sets by number: never those that are the protocol's own, never one that
// another key sets already.
#include "base/hex.hpp"
#include "config/place.hpp"
#include "config/problems.hpp"

#include <algorithm>
#include <array>

namespace portico::config {
namespace {

constexpr std::size_t kMaxOption = 255;

struct OptionUse {
  std::uint8_t code;
  std::string_view what;
};

/// RFC 2131 table 3 and RFC 2132: what the engine fills in, or only clients and relays send.
constexpr std::array kProtocols{
    OptionUse{1, "the pool's network"},
    OptionUse{3, "the pool's router"},
    OptionUse{28, "the pool's network"},
    OptionUse{50, "sent by clients only"},
    OptionUse{51, "lease_s"},
    OptionUse{52, "the server's own"},
    OptionUse{53, "the server's own"},
    OptionUse{54, "the server's own"},
    OptionUse{55, "sent by clients only"},
    OptionUse{56, "the server's own"},
    OptionUse{57, "sent by clients only"},
    OptionUse{58, "renew_s"},
    OptionUse{59, "rebind_s"},
    OptionUse{60, "sent by clients only"},
    OptionUse{61, "the client's own, echoed"},
    OptionUse{82, "the relay's own, echoed"},
    OptionUse{90, "the server's own"},
    OptionUse{118, "the relay's own"},
    OptionUse{125, "the lease's"},
    OptionUse{159, "the lease's"},
};

/// What this class sets by keys of their own.
std::vector<OptionUse> set_by_keys(const PhoneClass& c) {
  std::vector<OptionUse> uses;
  if (c.option_43) uses.push_back({43, "option_43"});
  if (!c.dns.empty()) uses.push_back({6, "dns"});
  if (!c.ntp.empty()) uses.push_back({42, "ntp"});
  if (!c.sip_servers.empty()) uses.push_back({120, "sip_servers"});
  if (!c.time_zone.empty()) uses.push_back({100, "time_zone"});
  if (!c.tz_database.empty()) uses.push_back({101, "tz_database"});
  if (c.firmware)
    for (const auto code : std::array<std::uint8_t, 3>{66, 67, 150})
      uses.push_back({code, "firmware"});
  return uses;
}

template <class Uses>
const OptionUse* find(const Uses& uses, std::uint8_t code) {
  const auto found = std::find_if(uses.begin(), uses.end(),
                                  [code](const OptionUse& use) { return use.code == code; });
  return found == uses.end() ? nullptr : &*found;
}

void check_value(const ClassOption& option, const std::string& place, Problems& problems) {
  const int given =
      (option.text ? 1 : 0) + (option.hex ? 1 : 0) + (option.addresses.empty() ? 0 : 1);
  problems.add_if(given != 1, place, "must have exactly one of text, hex and addresses");
  problems.add_if(option.text && (option.text->empty() || option.text->size() > kMaxOption),
                  place + "/text", "must be 1 to 255 octets long");
  problems.add_if(option.addresses.size() > kMaxOption / 4, place + "/addresses",
                  "must be at most 63 addresses");
  if (!option.hex) return;
  const auto octets = parse_hex(*option.hex);
  problems.add_if(!octets || octets->empty() || octets->size() > kMaxOption, place + "/hex",
                  "must be 1 to 255 octets of two hexadecimal digits");
}

void check_list(const std::vector<Ipv4>& list, std::string_view key, const std::string& place,
                Problems& problems) {
  problems.add_if(list.size() > kMaxOption / 4, under(place, key), "must be at most 63 addresses");
}

}  // namespace

void check_class_options(const PhoneClass& c, const std::string& place, Problems& problems) {
  check_list(c.dns, "dns", place, problems);
  check_list(c.ntp, "ntp", place, problems);
  check_list(c.sip_servers, "sip_servers", place, problems);
  problems.add_if(c.time_zone.size() > kMaxOption, place + "/time_zone",
                  "must be at most 255 octets long");
  problems.add_if(c.tz_database.size() > kMaxOption, place + "/tz_database",
                  "must be at most 255 octets long");
  const auto keys = set_by_keys(c);
  std::set<std::uint8_t> codes;
  for (std::size_t i = 0; i < c.options.size(); ++i) {
    const auto& option = c.options[i];
    const auto here = under(place + "/options", i);
    const auto number = "option " + std::to_string(option.code);
    if (const auto* use = find(kProtocols, option.code))
      problems.add(here + "/code", number + " is " + std::string{use->what});
    if (const auto* use = find(keys, option.code))
      problems.add(here + "/code", number + " is set by " + std::string{use->what} + " already");
    problems.add_if(!codes.insert(option.code).second, here + "/code", number + " is given twice");
    check_value(option, here, problems);
  }
}

}  // namespace portico::config
