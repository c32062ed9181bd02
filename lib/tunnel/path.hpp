// SPDX-License-Identifier: BSD-3-Clause
// A tunnel as a sender sees it: what its packets wear, what fits, and where it leads.
#pragma once

#include "base/addresses.hpp"
#include "tunnel/mtu.hpp"
#include "tunnel/outer.hpp"
#include "tunnel/record.hpp"
#include "wire/datagram.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

namespace portico::tunnel {

/// How packets of all tunnels are dressed.
struct Dressing {
  std::optional<std::uint8_t> dscp = {};  ///< none: the inner packet's
  DontFragment dont_fragment = DontFragment::Copy;
};

/// A worker's copy; `remote` stays control's, until another path has taken this one's place.
struct Path {
  Encapsulation kind = Encapsulation::Esp;
  std::uint16_t port = kEspUdpPort;  ///< the far end's, in UDP
  Ipv4 peer;                         ///< its outer address
  Outer outer;
  std::uint16_t mtu = 0;        ///< the largest packet on the way there
  std::uint16_t inner_mtu = 0;  ///< the largest inner packet that goes through in one piece
  std::span<const AddressBlock> remote;  ///< what is behind the concentrator

  [[nodiscard]] bool is_remote(Ipv4 a) const noexcept {
    return std::ranges::any_of(remote, [a](const auto& block) { return block.contains(a); });
  }
  /// A packet of `length` octets goes through, in pieces if need be.
  [[nodiscard]] bool takes(const std::uint8_t* inner, std::size_t length) const noexcept {
    return length <= inner_mtu || outer.may_be_cut(inner);
  }
};

/// Of the outer header.
[[nodiscard]] inline std::uint8_t protocol_of(const Record& record) noexcept {
  if (record.encapsulation == Encapsulation::Ipip) return wire::kProtocolIpip;
  return record.udp ? wire::kProtocolUdp : wire::kProtocolEsp;
}

/// `own`: our outer address, one of the record's two. `link_mtu`: of the side that it leaves by.
/// `remote`: the record's, which must outlive the path. `heard_from`: where a far end in UDP is, if
/// it was heard from elsewhere than the record says.
[[nodiscard]] inline Path path_of(const Record& record, Ipv4 own, std::uint16_t link_mtu,
                                  const Dressing& dressing, std::span<const AddressBlock> remote,
                                  const std::optional<wire::Endpoint>& heard_from = {}) {
  wire::Endpoint peer{own == record.gateway ? record.concentrator : record.gateway, kEspUdpPort};
  if (record.udp) peer = heard_from.value_or(peer);
  const auto mtu = std::min(record.mtu, link_mtu);
  const auto fits = inner_mtu(record.encapsulation, record.algorithm, record.udp, mtu);
  return {.kind = record.encapsulation,
          .port = peer.port,
          .peer = peer.address,
          .outer = Outer{{own, peer.address, protocol_of(record), dressing.dscp,
                          dressing.dont_fragment, peer.port}},
          .mtu = mtu,
          .inner_mtu = static_cast<std::uint16_t>(fits),
          .remote = remote};
}

}  // namespace portico::tunnel
