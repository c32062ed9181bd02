// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/core.hpp"

#include "wire/arp.hpp"
#include "wire/ethernet.hpp"

namespace portico::gateway {
namespace {

std::array<icmp::Interface, kSides> icmp_interfaces(const CoreSettings& settings) {
  std::array<icmp::Interface, kSides> interfaces;
  for (std::size_t side = 0; side < kSides; ++side)
    interfaces[side] = {settings.links[side].address, settings.icmp_per_s[side]};
  return interfaces;
}

}  // namespace

std::optional<Time> earliest(std::initializer_list<std::optional<Time>> moments) {
  std::optional<Time> next;
  for (const auto due : moments)
    if (due && (!next || *due < *next)) next = due;
  return next;
}

Core::Core(const Plan& plan, const CoreSettings& settings, std::vector<orders::Mailbox*> workers,
           Outside& outside)
    : plan_(plan),
      publisher_(std::move(workers)),
      transmitter_(plan, settings.links, publisher_, outside),
      tunnels_(settings.tunnels, publisher_, outside),
      tunnel_peers_(tunnels_, settings.learn_path_mtu),
      keepalives_(settings.keepalive, tunnels_, transmitter_),
      icmp_(icmp_interfaces(settings)) {}

// ---- packets

std::optional<wire::ArpView> Core::arp_of(Bytes frame) const noexcept {
  const auto ethernet = wire::EthernetView::parse(frame);
  return ethernet ? wire::ArpView::parse(ethernet->payload()) : std::nullopt;
}

Core::Outcome Core::on_arp(Side side, Bytes frame, Now now) {
  transmitter_.set_now(now);
  const auto arp = arp_of(frame);
  if (!arp) return stats::Drop::ArpMalformed;
  switch (transmitter_.on_arp(side, *arp)) {
    case neighbor::Concern::Others:
      return stats::Drop::ArpNotOurs;
    case neighbor::Concern::Invalid:
      return stats::Drop::ArpMalformed;
    case neighbor::Concern::Ours:
      break;
  }
  return std::nullopt;
}

Core::Outcome Core::on_icmp(Side side, Bytes frame, Now now) {
  transmitter_.set_now(now);
  const auto ethernet = wire::EthernetView::parse(frame);
  if (!ethernet) return stats::Drop::RuntFrame;
  if (side == Side::Wan && tunnel_peers_.on_icmp(ethernet->payload())) return std::nullopt;
  std::vector<std::uint8_t> answer(ethernet->payload().size());
  const auto outcome = icmp_.reply_to_echo(side, ethernet->payload(), answer, now.time);
  if (outcome.verdict != icmp::Verdict::Sent) return stats::Drop::IcmpNotAnswered;
  transmitter_.send_packet(side, ethernet->source(), Bytes{answer}.first(outcome.size));
  return std::nullopt;
}

Core::Outcome Core::on_udp(Side side, Bytes frame, Now now) {
  transmitter_.set_now(now);
  complain(icmp::Complaint::PortUnreachable, side, frame, now);
  return stats::Drop::NotAService;
}

Core::Outcome Core::on_undeliverable(Side side, Bytes frame, stats::Drop reason, std::uint16_t mtu,
                                     Now now) {
  transmitter_.set_now(now);
  switch (reason) {
    case stats::Drop::TtlExceeded:
      complain(icmp::Complaint::TimeExceeded, side, frame, now);
      break;
    case stats::Drop::TooBig:
      complain(icmp::Complaint::FragmentationNeeded, side, frame, now, mtu);
      break;
    default:
      complain(icmp::Complaint::NetUnreachable, side, frame, now);
  }
  return reason;
}

void Core::complain(icmp::Complaint complaint, Side side, Bytes frame, Now now, std::uint16_t mtu) {
  const auto ethernet = wire::EthernetView::parse(frame);
  if (!ethernet) return;
  const auto delivery =
      ethernet->destination().is_group() ? icmp::Delivery::Group : icmp::Delivery::Unicast;
  std::array<std::uint8_t, icmp::kMaxError> message;
  const auto outcome =
      icmp_.complain(complaint, {side, delivery, ethernet->payload()}, message, now.time, mtu);
  if (outcome.verdict == icmp::Verdict::Sent)
    transmitter_.send_packet(side, ethernet->source(), Bytes{message}.first(outcome.size));
}

Core::Outcome Core::on_unresolved(Side side, Ipv4 neighbor,
                                  const std::optional<nappt::Original>& original, Bytes frame,
                                  Now now) {
  transmitter_.set_now(now);
  transmitter_.send_by_neighbor(side, neighbor, {frame.begin(), frame.end()}, original);
  tell_senders_of_lost(now);
  return std::nullopt;
}

/// RFC 1812 section 5.2.7.1.
void Core::tell_senders_of_lost(Now now) {
  for (auto& [frame, original] : transmitter_.take_lost()) {
    const auto ethernet = wire::EthernetEdit::parse(frame);
    if (!ethernet) continue;
    ethernet->set_source(original.mac);
    nappt::take_back(nappt::Packet{ethernet->payload().data()}, original);
    complain(icmp::Complaint::HostUnreachable, original.side, frame, now);
  }
}

// ---- time

void Core::turn(Now now) {
  publisher_.pump(now.time);
  transmitter_.turn(now);
  tell_senders_of_lost(now);
  tunnels_.turn(now);
  tunnel_peers_.turn(now);
  keepalives_.turn(now);
}

std::optional<Time> Core::next_deadline() const {
  return earliest({transmitter_.next_deadline(), tunnels_.next_deadline(),
                   tunnel_peers_.next_deadline(), keepalives_.next_deadline()});
}

}  // namespace portico::gateway
