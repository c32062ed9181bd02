// SPDX-License-Identifier: BSD-3-Clause
#include "icmp/speaker.hpp"

#include "base/expects.hpp"
#include "wire/checksum.hpp"
#include "wire/icmp.hpp"

#include <algorithm>

namespace portico::icmp {
namespace {

using wire::IcmpHeader;
using wire::IcmpView;
using wire::Ipv4Header;
using wire::Ipv4View;

// Precedence 6, internetwork control (RFC 1812 section 4.3.2.5); DSCP CS6.
constexpr std::uint8_t kInternetworkControl = 0xc0;
constexpr std::uint8_t kDscpMask = 0xfc;
constexpr std::size_t kHeaders = Ipv4Header::kSize + IcmpView::kSize;

struct Form {
  std::uint8_t type;
  std::uint8_t code;
  stats::Counter Counters::*sent;
};

constexpr Form form_of(Complaint c) noexcept {
  using enum Complaint;
  switch (c) {
    case TimeExceeded:
      return {wire::kIcmpTimeExceeded, 0, &Counters::time_exceeded_sent};
    case NetUnreachable:
      return {wire::kIcmpUnreachable, 0, &Counters::net_unreachable_sent};
    case HostUnreachable:
      return {wire::kIcmpUnreachable, 1, &Counters::host_unreachable_sent};
    case PortUnreachable:
      return {wire::kIcmpUnreachable, 3, &Counters::port_unreachable_sent};
    case FragmentationNeeded:
      return {wire::kIcmpUnreachable, 4, &Counters::fragmentation_needed_sent};
    case Prohibited:
      break;
  }
  return {wire::kIcmpUnreachable, 13, &Counters::prohibited_sent};
}

/// Writes an ICMP message: its header, then `body`.
void write_message(const IcmpHeader& header, Bytes body, MutableBytes out) noexcept {
  header.write(out, body);
  std::copy(body.begin(), body.end(), out.begin() + IcmpHeader::kSize);
}

bool is_broadcast_on(const InterfaceAddress& link, Ipv4 a) noexcept {
  const Prefix network = link.network();
  // A /31 or /32 has neither broadcast nor network address (RFC 3021 section 2.1).
  return network.length < 31 && (a == network.last() || a == network.first());
}

}  // namespace

Speaker::Speaker(const std::array<Interface, kSides>& interfaces) noexcept
    : links_{{{interfaces[0].address, TokenBucket{interfaces[0].per_s},
               TokenBucket{interfaces[0].per_s}},
              {interfaces[1].address, TokenBucket{interfaces[1].per_s},
               TokenBucket{interfaces[1].per_s}}}} {}

Outcome Speaker::complain(Complaint complaint, const Offender& about, MutableBytes out, Time now,
                          std::uint16_t mtu) noexcept {
  expects(out.size() >= kMaxError, "an error needs kMaxError octets");
  const auto packet = Ipv4View::parse(about.packet);
  if (!packet) return silent(Verdict::Malformed);
  if (const auto objection = objection_to(*packet, about.delivery)) return silent(*objection);
  Link& link = link_of(about.side);
  if (!link.errors.take(now)) return silent(Verdict::RateLimited);

  const Form form = form_of(complaint);
  const Bytes quote = packet->bytes().first(std::min(packet->bytes().size(), kMaxError - kHeaders));
  const Ipv4Header header{.source = link.address.address,
                          .destination = packet->source(),
                          .protocol = wire::kProtocolIcmp,
                          .tos = kInternetworkControl};
  header.write(out, IcmpView::kSize + quote.size());
  const std::uint32_t word = complaint == Complaint::FragmentationNeeded ? mtu : 0;
  write_message({form.type, form.code, word}, quote, out.subspan(Ipv4Header::kSize));
  ++(counters_.*form.sent);
  return {Verdict::Sent, kHeaders + quote.size()};
}

Outcome Speaker::reply_to_echo(Side side, Bytes bytes, MutableBytes out, Time now) noexcept {
  const auto packet = Ipv4View::parse(bytes);
  if (!packet) return silent(Verdict::Malformed);
  if (const auto objection = objection_to_echo(*packet)) return silent(*objection);
  if (!link_of(side).replies.take(now)) return silent(Verdict::RateLimited);

  const Bytes request = packet->payload();
  expects(out.size() >= Ipv4Header::kSize + request.size(), "a reply is as long as its request");
  // As fragmentable as the request was, under the requester's own identification.
  const Ipv4Header header{.source = packet->destination(),
                          .destination = packet->source(),
                          .protocol = wire::kProtocolIcmp,
                          .tos = static_cast<std::uint8_t>(packet->tos() & kDscpMask),
                          .identification = packet->identification(),
                          .dont_fragment = packet->dont_fragment()};
  header.write(out, request.size());
  write_message({wire::kIcmpEchoReply, 0, load_be<std::uint32_t>(&request[4])},
                request.subspan(IcmpView::kSize), out.subspan(Ipv4Header::kSize));
  ++counters_.echo_replies_sent;
  return {Verdict::Sent, Ipv4Header::kSize + request.size()};
}

/// RFC 1812 section 4.3.2.7.
std::optional<Verdict> Speaker::objection_to(const Ipv4View& packet,
                                             Delivery delivery) const noexcept {
  if (delivery == Delivery::Group || is_group(packet.destination())) return Verdict::AboutGroup;
  if (packet.fragment_offset() != 0) return Verdict::AboutFragment;
  if (packet.protocol() == wire::kProtocolIcmp) {
    if (packet.payload().empty()) return Verdict::Malformed;
    if (wire::is_icmp_error(packet.payload()[0])) return Verdict::AboutError;
  }
  if (!is_single_host(packet.source())) return Verdict::BadSource;
  return std::nullopt;
}

/// RFC 1812 section 4.3.3.6.
std::optional<Verdict> Speaker::objection_to_echo(const Ipv4View& packet) const noexcept {
  if (is_group(packet.destination())) return Verdict::AboutGroup;
  if (!is_own(packet.destination())) return Verdict::NotForUs;
  if (packet.is_fragment()) return Verdict::AboutFragment;
  if (packet.protocol() != wire::kProtocolIcmp) return Verdict::NotEchoRequest;
  const auto message = IcmpView::parse(packet.payload());
  if (!message) return Verdict::Malformed;
  if (message->type() != wire::kIcmpEchoRequest || message->code() != 0)
    return Verdict::NotEchoRequest;
  if (wire::checksum_of(packet.payload()) != 0) return Verdict::BadChecksum;
  if (!is_single_host(packet.source())) return Verdict::BadSource;
  return std::nullopt;
}

Outcome Speaker::silent(Verdict why) noexcept {
  switch (why) {
    case Verdict::Sent:
      break;
    case Verdict::Malformed:
      ++counters_.malformed;
      break;
    case Verdict::NotForUs:
      ++counters_.not_for_us;
      break;
    case Verdict::NotEchoRequest:
      ++counters_.not_echo_request;
      break;
    case Verdict::BadChecksum:
      ++counters_.bad_checksum;
      break;
    case Verdict::AboutError:
      ++counters_.about_error;
      break;
    case Verdict::AboutFragment:
      ++counters_.about_fragment;
      break;
    case Verdict::AboutGroup:
      ++counters_.about_group;
      break;
    case Verdict::BadSource:
      ++counters_.bad_source;
      break;
    case Verdict::RateLimited:
      ++counters_.rate_limited;
      break;
  }
  return {why, 0};
}

Speaker::Link& Speaker::link_of(Side side) noexcept {
  return links_[static_cast<std::size_t>(side)];
}

bool Speaker::is_own(Ipv4 a) const noexcept {
  return std::any_of(links_.begin(), links_.end(),
                     [a](const Link& l) { return l.address.address == a; });
}

bool Speaker::is_group(Ipv4 a) const noexcept {
  return a.is_multicast() || a.is_limited_broadcast() ||
         std::any_of(links_.begin(), links_.end(),
                     [a](const Link& l) { return is_broadcast_on(l.address, a); });
}

/// RFC 1812 section 4.3.2.7: "a source address that does not define a single host".
bool Speaker::is_single_host(Ipv4 a) const noexcept {
  const auto first_octet = a.bits >> 24;
  return first_octet != 0 && first_octet != 127 && first_octet < 224 && !is_group(a) && !is_own(a);
}

}  // namespace portico::icmp
