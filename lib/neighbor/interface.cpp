// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/interface.hpp"

#include <algorithm>

namespace portico::neighbor {

bool Interface::owns(Ipv4 a) const noexcept {
  return a == address.address ||
         std::any_of(also_own.begin(), also_own.end(), [a](Prefix p) { return p.contains(a); });
}

bool Interface::may_have_neighbor(Ipv4 a) const noexcept {
  if (a.is_zero() || a.is_multicast() || a.is_limited_broadcast() || owns(a)) return false;
  const Prefix network = address.network();
  // A /31 or /32 has neither broadcast nor network address (RFC 3021 section 2.1).
  return network.length >= 31 || (a != network.first() && a != network.last());
}

wire::ArpMessage request_for(Ipv4 target, const Interface& self) noexcept {
  return {.operation = wire::ArpOperation::Request,
          .sender_mac = self.mac,
          .sender = self.address.address,
          .target_mac = {},
          .target = target};
}

wire::ArpMessage announcement_of(Ipv4 a, const Interface& self) noexcept {
  return {.operation = wire::ArpOperation::Request,
          .sender_mac = self.mac,
          .sender = a,
          .target_mac = {},
          .target = a};
}

std::optional<wire::ArpMessage> answer_to(const wire::ArpView& arp,
                                          const Interface& self) noexcept {
  const bool announces = arp.sender() == arp.target();
  if (arp.operation() != wire::ArpOperation::Request || announces || !self.owns(arp.target()))
    return std::nullopt;
  return wire::ArpMessage{.operation = wire::ArpOperation::Reply,
                          .sender_mac = self.mac,
                          .sender = arp.target(),
                          .target_mac = arp.sender_mac(),
                          .target = arp.sender()};
}

}  // namespace portico::neighbor
