// SPDX-License-Identifier: BSD-3-Clause
#include "icmp/too_big.hpp"

#include "wire/icmp.hpp"
#include "wire/ipv4.hpp"

#include <algorithm>
#include <array>

namespace portico::icmp {
namespace {

constexpr std::uint8_t kFragmentationNeeded = 4;  // RFC 792

/// RFC 1191 section 7.1, table 7-1.
constexpr std::array<std::uint16_t, 11> kPlateaus{65535, 32000, 17914, 8166, 4352, 2002,
                                                  1492,  1006,  508,   296,  68};

std::uint16_t plateau_below(std::uint16_t size) noexcept {
  const auto below = std::ranges::find_if(kPlateaus, [size](auto mtu) { return mtu < size; });
  return below == kPlateaus.end() ? kPlateaus.back() : *below;
}

}  // namespace

std::optional<TooBig> too_big_of(Bytes packet) noexcept {
  const auto ip = wire::Ipv4View::parse(packet);
  if (!ip || ip->is_fragment() || ip->protocol() != wire::kProtocolIcmp) return std::nullopt;
  const auto message = wire::IcmpView::parse(ip->payload());
  if (!message || message->type() != wire::kIcmpUnreachable ||
      message->code() != kFragmentationNeeded || wire::checksum_of(ip->payload()) != 0)
    return std::nullopt;
  const auto quoted = wire::Ipv4View::parse_quoted(message->payload());
  if (!quoted) return std::nullopt;
  const auto mtu = message->next_hop_mtu();
  return TooBig{mtu != 0 ? mtu : plateau_below(quoted->total_length()), message->payload()};
}

}  // namespace portico::icmp
