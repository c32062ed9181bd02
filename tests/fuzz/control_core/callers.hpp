// SPDX-License-Identifier: BSD-3-Clause
// Who speaks to the control core, and as what.
#pragma once

#include "lease/lease.hpp"
#include "support/bed_dhcp.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace portico::fuzz {

using support::Phone;

inline const Ipv4 kRelay = "10.30.0.1"_ip;
inline const Ipv4 kForeignRelay = "10.30.0.9"_ip;

inline constexpr std::array<std::string_view, 6> kClasses{"ACME-T46", "SOFT",  "BRANCH",
                                                          "LASTING",  "OTHER", ""};
inline constexpr std::array<std::string_view, 4> kIdentifiers{"", "\1a", "\1b", "\1c"};
inline constexpr std::array<std::uint32_t, 4> kLeaseTimes{0, 30, 120, lease::kInfinite};

inline constexpr Mac mac(std::uint8_t number) { return {{0x00, 0x1b, 0x2c, 0, 7, number}}; }

struct Caller {
  Phone phone;
  Ipv4 address = {};  // offered or held last
};

inline std::vector<Caller> callers() {
  return {
      {{.mac = mac(0)}},
      {{.mac = mac(1)}},
      {{.mac = mac(2)}},
      {{.mac = mac(3), .vendor_class = "SOFT", .identifier = "\1a"}},
      {{.mac = mac(3), .vendor_class = "SOFT", .identifier = "\1b"}},
      {{.mac = mac(3), .vendor_class = "SOFT", .identifier = "\1c"}},
      {{.mac = mac(4), .identifier = "\1a"}},
      {{.mac = mac(5), .identifier = "\1d"}},
      {{.mac = mac(6), .vendor_class = "BRANCH", .giaddr = kRelay}},
      {{.mac = mac(7), .vendor_class = "BRANCH", .giaddr = kRelay}},
      {{.mac = mac(8), .vendor_class = "LASTING"}},
      {{.mac = mac(9), .vendor_class = "LASTING"}},
      {{.mac = mac(10), .vendor_class = "SOFT"}},
      {{.mac = mac(11), .vendor_class = "SOFT"}},
  };
}

/// Of class, identifier, relay, device: bits of `how`.
inline void change(Phone& phone, std::uint8_t how) {
  const std::uint8_t value = how / 4;
  switch (how % 4) {
    case 0:
      phone.vendor_class = kClasses[value % kClasses.size()];
      break;
    case 1:
      phone.identifier = kIdentifiers[value % kIdentifiers.size()];
      break;
    case 2:
      phone.lease_s = kLeaseTimes[value % kLeaseTimes.size()];
      break;
    default:
      phone.giaddr = value % 4 == 1 ? kRelay : value % 4 == 2 ? kForeignRelay : Ipv4{};
      phone.frame_source.reset();
      if (value % 4 == 3) phone.frame_source = mac(value % 16);
  }
}

/// Whether it comes the way that a message of this phone's does: the core may heed it.
inline bool is_genuine(const Phone& phone, Ipv4 ciaddr) {
  const bool is_routed = (ciaddr.bits & 0xfffffff0) == (kRelay.bits & 0xfffffff0);
  return phone.giaddr.is_zero()
             ? is_routed || !phone.frame_source.has_value() || phone.frame_source == phone.mac
             : phone.giaddr == kRelay;
}

}  // namespace portico::fuzz
