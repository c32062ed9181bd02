// SPDX-License-Identifier: BSD-3-Clause
// Any packet, as one to complain about and as a ping: what is said is valid, short enough, to a
// single host, and never about an ICMP error. And as a router's that says what was too big: what it
// quotes lies within it. The first octet chooses side, delivery and complaint.
#include "base/expects.hpp"
#include "icmp/speaker.hpp"
#include "icmp/too_big.hpp"
#include "wire/checksum.hpp"
#include "wire/icmp.hpp"

#include <vector>

namespace {

using namespace portico;
using namespace portico::icmp;

Speaker make_speaker() {
  return Speaker{{{{{{0x0a000001}, 16}, 1000}, {{{0xc6336402}, 24}, 1000}}}};
}

/// A fresh speaker's limits let the first message pass.
void check_said(Bytes said, const wire::Ipv4View& about) {
  const auto ip = wire::Ipv4View::parse(said);
  expects(ip.has_value() && ip->bytes().size() == said.size(), "a valid packet of its own length");
  expects(ip->destination() == about.source(), "to the sender");
  expects(!ip->destination().is_zero() && ip->destination().bits >> 24 < 224, "to one host");
  expects(wire::checksum_of(ip->payload()) == 0, "with a right checksum");
}

void complain(std::uint8_t choice, Bytes packet) {
  auto speaker = make_speaker();
  std::vector<std::uint8_t> out(kMaxError);
  const Offender about{.side = static_cast<Side>(choice & 1),
                       .delivery = static_cast<Delivery>(choice >> 1 & 1),
                       .packet = packet};
  const auto outcome =
      speaker.complain(static_cast<Complaint>((choice >> 2) % 6), about, out, Time{}, 1400);
  expects((outcome.verdict == Verdict::Sent) == (outcome.size > 0), "said or silent");
  if (outcome.size == 0) return;
  const auto original = wire::Ipv4View::parse(packet);
  expects(original.has_value() && about.delivery == Delivery::Unicast, "about a unicast packet");
  expects(outcome.size <= kMaxError, "short enough");
  expects(original->fragment_offset() == 0, "never about a later fragment");
  expects(
      original->protocol() != wire::kProtocolIcmp || !wire::is_icmp_error(original->payload()[0]),
      "never about an error");
  check_said(Bytes{out}.first(outcome.size), *original);
}

void ping(std::uint8_t choice, Bytes packet) {
  auto speaker = make_speaker();
  std::vector<std::uint8_t> out(packet.size());
  const auto outcome = speaker.reply_to_echo(static_cast<Side>(choice & 1), packet, out, Time{});
  expects((outcome.verdict == Verdict::Sent) == (outcome.size > 0), "said or silent");
  if (outcome.size == 0) return;
  expects(outcome.size <= packet.size(), "no longer than its request");
  check_said(Bytes{out}.first(outcome.size), *wire::Ipv4View::parse(packet));
}

void hear(Bytes packet) {
  const auto said = too_big_of(packet);
  if (!said) return;
  expects(said->mtu > 0, "something fits");
  expects(said->packet.size() >= wire::Ipv4Header::kSize &&
              said->packet.data() + said->packet.size() <= packet.data() + packet.size(),
          "what is quoted has a header, and lies within the message");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::vector<std::uint8_t> packet(data + 1, data + size);
  complain(data[0], packet);
  ping(data[0], packet);
  hear(packet);
  return 0;
}
