// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/probes.hpp"

#include <algorithm>

namespace portico::gateway {

Probes::Probes(Ipv4 lan_address, Duration wait, std::size_t most, Transmitter& transmitter)
    : lan_address_(lan_address), wait_(wait), most_(most), transmitter_(transmitter) {}

icmp::Echo Probes::echo_of(const Probe& probe) const noexcept {
  return {.from = lan_address_,
          .to = probe.address,
          .identifier = static_cast<std::uint16_t>(probe.ticket),
          .sequence = 1};
}

bool Probes::begin(std::uint64_t ticket, Ipv4 address, std::optional<Ipv4> via, Now now) {
  if (wait_ == Duration{0}) return false;
  if (probes_.size() >= most_) {
    ++counters_.shed;
    return false;
  }
  ++counters_.begun;
  const auto& probe = probes_.emplace_back(
      Probe{.ticket = ticket, .address = address, .deadline = now.time + wait_, .pinged = !!via});
  if (via)
    transmitter_.send_packet_by(Side::Lan, *via, icmp::request_of(echo_of(probe)));
  else
    transmitter_.ask(Side::Lan, address);
  return true;
}

bool Probes::on_arp(const wire::ArpView& arp) {
  const auto probe = std::find_if(probes_.begin(), probes_.end(), [&arp](const Probe& p) {
    return p.address == arp.sender() && !p.pinged;
  });
  if (probe == probes_.end()) return false;
  probe->pinged = true;
  transmitter_.send_packet(Side::Lan, arp.sender_mac(), icmp::request_of(echo_of(*probe)));
  return true;
}

std::optional<std::uint64_t> Probes::answered_by(Bytes packet) {
  if (probes_.empty()) return std::nullopt;
  const auto echo = icmp::replied_to(packet);
  if (!echo) return std::nullopt;
  const auto probe = std::find_if(probes_.begin(), probes_.end(),
                                  [&](const Probe& p) { return p.pinged && echo_of(p) == *echo; });
  if (probe == probes_.end()) return std::nullopt;
  ++counters_.answered;
  const auto ticket = probe->ticket;
  probes_.erase(probe);
  return ticket;
}

std::optional<std::uint64_t> Probes::take_silent(Now now) {
  if (probes_.empty() || probes_.front().deadline > now.time) return std::nullopt;
  const auto ticket = probes_.front().ticket;
  probes_.pop_front();
  ++counters_.silent;
  return ticket;
}

std::optional<Time> Probes::next_deadline() const {
  return probes_.empty() ? std::nullopt : std::optional{probes_.front().deadline};
}

}  // namespace portico::gateway
