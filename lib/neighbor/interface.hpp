// SPDX-License-Identifier: BSD-3-Clause
// Our own end of a link, and the ARP messages that it sends (RFC 826, RFC 5227).
#pragma once

#include "base/addresses.hpp"
#include "wire/arp.hpp"

#include <optional>
#include <vector>

namespace portico::neighbor {

struct Interface {
  InterfaceAddress address;      ///< our own on this link
  Mac mac;                       ///< the port's
  std::vector<Prefix> also_own;  ///< answered for as well: the public direct pools

  /// True for our own address and for every address of `also_own`.
  [[nodiscard]] bool owns(Ipv4 a) const noexcept;
  /// False for our own, for groups, and for the link's network and broadcast addresses.
  [[nodiscard]] bool may_have_neighbor(Ipv4 a) const noexcept;
};

/// "Who has `target`?" from our own address.
[[nodiscard]] wire::ArpMessage request_for(Ipv4 target, const Interface& self) noexcept;

/// "`a` is at our MAC": an announcement, for broadcast (RFC 5227 section 2.3).
[[nodiscard]] wire::ArpMessage announcement_of(Ipv4 a, const Interface& self) noexcept;

/// The reply to a request for an address we own. A probe, whose sender is 0.0.0.0, is answered too:
/// that is how its sender learns that the address is taken (RFC 5227 section 2.1.1). An
/// announcement is never answered, nor is anything that we do not own.
[[nodiscard]] std::optional<wire::ArpMessage> answer_to(const wire::ArpView& arp,
                                                        const Interface& self) noexcept;

}  // namespace portico::neighbor
