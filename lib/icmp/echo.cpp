// SPDX-License-Identifier: BSD-3-Clause
#include "icmp/echo.hpp"

#include "wire/icmp.hpp"
#include "wire/ipv4.hpp"

namespace portico::icmp {

static_assert(kEchoSize == wire::Ipv4Header::kSize + wire::IcmpHeader::kSize);

std::array<std::uint8_t, kEchoSize> request_of(const Echo& echo) noexcept {
  std::array<std::uint8_t, kEchoSize> packet;
  const wire::Ipv4Header ip{
      .source = echo.from, .destination = echo.to, .protocol = wire::kProtocolIcmp};
  const auto word = std::uint32_t{echo.identifier} << 16 | echo.sequence;
  ip.write(packet, wire::IcmpHeader::kSize);
  wire::IcmpHeader{wire::kIcmpEchoRequest, 0, word}.write(
      MutableBytes{packet}.subspan(wire::Ipv4Header::kSize), {});
  return packet;
}

std::optional<Echo> replied_to(Bytes packet) noexcept {
  const auto ip = wire::Ipv4View::parse(packet);
  if (!ip || ip->is_fragment() || ip->protocol() != wire::kProtocolIcmp) return std::nullopt;
  const auto message = wire::IcmpView::parse(ip->payload());
  if (!message || message->type() != wire::kIcmpEchoReply || message->code() != 0 ||
      wire::checksum_of(ip->payload()) != 0)
    return std::nullopt;
  return Echo{ip->destination(), ip->source(), message->identifier(), message->sequence()};
}

}  // namespace portico::icmp
