// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/gateway.hpp"

#include "wire/arp.hpp"
#include "wire/ethernet.hpp"
#include "wire/ipv4.hpp"
#include "wire/udp.hpp"

#include <algorithm>

namespace portico::gateway {
namespace {

constexpr std::uint16_t kDhcpServerPort = 67;

std::uint64_t seed_of(const Random& random) { return std::uint64_t{random()} << 32 | random(); }

}  // namespace

Gateway::Gateway(const Plan& plan, const Settings& settings, std::vector<orders::Mailbox*> workers,
                 World& world, const Random& random)
    : Core(plan, settings, std::move(workers), world),
      journal_(world),
      recovery_(plan, settings.leases.quarantine, journal_),
      resources_(plan, seed_of(random)),
      leases_(plan, settings.leases, resources_, publisher_, journal_, world,
              [&plan](Ipv4 via) { return plan.hop_of(Side::Lan, via); }),
      probes_(plan.lan_address, settings.probe_wait, dhcp::kMostOffersPending, transmitter_),
      firmware_(plan, leases_.table()),
      book_(plan, settings.offers, resources_, leases_, firmware_, recovery_, probes_),
      dhcp_(settings.dhcp, book_),
      tftp_(settings.tftp, firmware_, random) {
  leases_.set_listener(*this);
  transmitter_.know_phones(leases_.table());
}

void Gateway::restore(const lease::Loaded& loaded, Now now, const Preload& preload) {
  leases_.restore(loaded, now, preload);
  recovery_.resume(loaded.recovery_until, leases_.calendar().read(now.wall), now.time);
}

// ---- packets

/// An answer to "who has the address that we are about to offer?" is ours as well.
Gateway::Outcome Gateway::on_arp(Side side, Bytes frame, Now now) {
  const auto outcome = Core::on_arp(side, frame, now);
  if (side == Side::Wan || outcome == stats::Drop::ArpMalformed) return outcome;
  return probes_.on_arp(*arp_of(frame)) ? std::nullopt : outcome;
}

Gateway::Outcome Gateway::on_udp(Side side, Bytes frame, Now now) {
  transmitter_.set_now(now);
  const auto ethernet = wire::EthernetView::parse(frame);
  const auto ip = ethernet ? wire::Ipv4View::parse(ethernet->payload()) : std::nullopt;
  const auto udp = ip ? wire::UdpView::parse(ip->payload()) : std::nullopt;
  if (!udp) return stats::Drop::L4Truncated;
  if (!udp->checksum_holds(ip->source(), ip->destination())) return stats::Drop::L4Checksum;
  if (side == Side::Wan) return stats::Drop::WanServiceRefused;
  const wire::Datagram datagram{{ip->source(), udp->source_port()},
                                {ip->destination(), udp->destination_port()},
                                udp->payload()};
  if (udp->destination_port() == kDhcpServerPort) {
    dhcp_.receive({datagram, ethernet->source()}, now, transmitter_);
    return std::nullopt;
  }
  if (ip->destination() == plan_.lan_address && tftp_.listens_on(udp->destination_port())) {
    tftp_.receive(datagram, now.time, transmitter_);
    return std::nullopt;
  }
  complain(icmp::Complaint::PortUnreachable, side, frame, now);
  return stats::Drop::NotAService;
}

Gateway::Outcome Gateway::on_icmp(Side side, Bytes frame, Now now) {
  transmitter_.set_now(now);
  const auto ethernet = wire::EthernetView::parse(frame);
  if (!ethernet) return stats::Drop::RuntFrame;
  if (const auto probe =
          side == Side::Lan ? probes_.answered_by(ethernet->payload()) : std::nullopt) {
    tell(*probe, book_.answered(*probe, ethernet->source(), now));
    return std::nullopt;
  }
  return Core::on_icmp(side, frame, now);
}

// ---- leases

void Gateway::stored(std::uint64_t ticket, Now now) {
  transmitter_.set_now(now);
  leases_.stored(ticket, now);
}

void Gateway::granted(std::uint64_t ticket, const Entry& entry, Now now) {
  dhcp_.acknowledge(ticket, book_.terms(entry), now, transmitter_);
}

void Gateway::abandoned(std::uint64_t ticket) { dhcp_.abandon(ticket); }

void Gateway::tell(std::uint64_t probe, const dhcp::OfferAnswer& answer) {
  if (const auto* terms = std::get_if<dhcp::Terms>(&answer))
    dhcp_.offer(probe, *terms, transmitter_);
  else if (const auto* silence = std::get_if<dhcp::Silence>(&answer))
    dhcp_.withhold(probe, silence->why);
}

void Gateway::set_mac_policy(std::shared_ptr<const admission::MacPolicy> policy, OnDeny on_deny,
                             Now now) {
  book_.set_mac_policy(std::move(policy));
  if (on_deny == OnDeny::AtRenewal) return;
  leases_.table().for_each([&](Entry& entry) {
    if (book_.mac_policy().check(entry.lease.mac) != admission::MacVerdict::Allowed)
      leases_.end(entry, lease::Event::Revoked, now);
  });
}

std::size_t Gateway::revoke(const Mac& mac, Now now) {
  std::size_t ended = 0;
  for (auto* entry : leases_.table().of_mac(mac)) {
    if (entry->ending || entry->lease.state != lease::State::Bound) continue;
    leases_.end(*entry, lease::Event::Revoked, now);
    ++ended;
  }
  return ended;
}

bool Gateway::accept_loss(Now now) { return recovery_.end(leases_.calendar().read(now.wall)); }

// ---- time

std::optional<dhcp::Refusal> Gateway::obstacle(Now now) const noexcept {
  if (!store_is_writing_ || journal_.is_busy()) return dhcp::Refusal::StoreNotWriting;
  if (publisher_.silent_worker(now.time)) return dhcp::Refusal::WorkerSilent;
  return std::nullopt;
}

void Gateway::turn(Now now) {
  Core::turn(now);
  leases_.turn(now);
  while (const auto probe = probes_.take_silent(now)) tell(*probe, book_.nobody_answered(*probe));
  book_.turn(now);
  recovery_.turn(leases_.calendar().read(now.wall), now.time);
  book_.set_obstacle(obstacle(now));
  tftp_.tick(now.time, transmitter_);
}

std::optional<Time> Gateway::next_deadline() const {
  return earliest({Core::next_deadline(), leases_.next_deadline(), probes_.next_deadline(),
                   book_.next_deadline(), recovery_.next_deadline(), tftp_.next_deadline()});
}

}  // namespace portico::gateway
