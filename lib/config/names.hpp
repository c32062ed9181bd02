// SPDX-License-Identifier: BSD-3-Clause
// The enumerations of the configuration by name, as the file spells them.
#pragma once

#include "config/model.hpp"
#include "tunnel/record.hpp"

#include <array>
#include <string_view>

namespace portico::config {

template <class Enum>
struct Name {
  Enum value;
  std::string_view name;
};

[[nodiscard]] constexpr auto names(Role) noexcept {
  return std::array{Name<Role>{Role::Gateway, "gateway"},
                    Name<Role>{Role::Concentrator, "concentrator"}};
}
[[nodiscard]] constexpr auto names(Idle) noexcept {
  return std::array{Name<Idle>{Idle::Adaptive, "adaptive"}, Name<Idle>{Idle::Spin, "spin"}};
}
[[nodiscard]] constexpr auto names(Hugepages) noexcept {
  return std::array{Name<Hugepages>{Hugepages::Auto, "auto"},
                    Name<Hugepages>{Hugepages::Yes, "yes"}, Name<Hugepages>{Hugepages::No, "no"}};
}
[[nodiscard]] constexpr auto names(Identity) noexcept {
  return std::array{Name<Identity>{Identity::Direct, "direct"},
                    Name<Identity>{Identity::Tunnel, "tunnel"}};
}
[[nodiscard]] constexpr auto names(Verdict) noexcept {
  return std::array{Name<Verdict>{Verdict::Deny, "deny"}, Name<Verdict>{Verdict::Allow, "allow"}};
}
[[nodiscard]] constexpr auto names(OnDeny) noexcept {
  return std::array{Name<OnDeny>{OnDeny::AtRenewal, "at_renewal"},
                    Name<OnDeny>{OnDeny::AtOnce, "at_once"}};
}
[[nodiscard]] constexpr auto names(Uses) noexcept {
  return std::array{Name<Uses>{Uses::Direct, "direct"}, Name<Uses>{Uses::Tunnel, "tunnel"},
                    Name<Uses>{Uses::Signalling, "signalling"}};
}

[[nodiscard]] constexpr auto names(Announce) noexcept {
  return std::array{Name<Announce>{Announce::Arp, "arp"}, Name<Announce>{Announce::Route, "route"}};
}
[[nodiscard]] constexpr auto names(Df) noexcept {
  return std::array{Name<Df>{Df::Copy, "copy"}, Name<Df>{Df::Set, "set"},
                    Name<Df>{Df::Clear, "clear"}};
}
[[nodiscard]] constexpr auto names(tunnel::Encapsulation) noexcept {
  using tunnel::Encapsulation;
  return std::array{Name<Encapsulation>{Encapsulation::Esp, "esp"},
                    Name<Encapsulation>{Encapsulation::Ipip, "ipip"}};
}
[[nodiscard]] constexpr auto names(tunnel::Algorithm) noexcept {
  std::array<Name<tunnel::Algorithm>, tunnel::kAlgorithms.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = {static_cast<tunnel::Algorithm>(i), tunnel::kAlgorithms[i].name};
  return all;
}

template <class Enum>
[[nodiscard]] constexpr std::string_view name_of(Enum value) noexcept {
  for (const auto& n : names(Enum{}))
    if (n.value == value) return n.name;
  return {};
}

}  // namespace portico::config
