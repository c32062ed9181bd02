// SPDX-License-Identifier: BSD-3-Clause
// Why a packet is not forwarded. Every reason is a counter, every counter a sentence: a packet
// cannot be discarded without saying why.
#pragma once

#include "stats/counter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace portico::stats {

enum class Drop : std::uint8_t {
  // Ethernet
  RuntFrame,
  OversizeFrame,
  NotForUs,
  WrongVlan,
  UnknownEthertype,
  // IPv4, F-1 and beyond
  IpTruncated,
  IpVersion,
  IpHeaderLength,
  IpTotalLength,
  IpChecksum,
  IpOptions,
  IpFragment,
  MartianSource,
  MartianDestination,
  MulticastOrBroadcast,
  L4Truncated,
  L4Checksum,
  UnsupportedProtocol,
  TtlExceeded,
  IcmpError,
  IcmpType,
  // outbound
  NoBinding,
  WrongMac,
  PortOutOfRange,
  EchoIdOutOfRange,
  PrivateDestination,
  NoRoute,
  // inbound
  ForeignDestination,
  PortUnheld,
  EchoIdUnheld,
  // tunnels, E-11
  FragmentMalformed,
  FragmentIncomplete,
  TunnelUnknown,
  TunnelMalformed,
  TunnelReplayed,
  TunnelIntegrity,
  TunnelSelector,
  TunnelEcn,
  TunnelDummy,
  TunnelKeepalive,
  TunnelNotEsp,
  TunnelDown,
  TunnelExhausted,
  HandOverFull,
  // leaving
  TooBig,
  NeighborUnresolved,
  TxFull,
  RxMissed,
  NoMbuf,
  // to the control core
  PuntFullArp,
  PuntFullDhcp,
  PuntFullService,
  PuntFullIcmp,
  PuntFullNeighbor,
  // in the control core
  ArpMalformed,
  ArpNotOurs,
  NotAService,
  WanServiceRefused,
  IcmpNotAnswered,
};

struct DropText {
  Drop drop;
  std::string_view name;  ///< snake_case, as in JSON
  std::string_view help;  ///< one phrase, as in the table and in Prometheus
};

inline constexpr std::array kDropTexts{
    DropText{Drop::RuntFrame, "runt_frame", "frames shorter than their Ethernet header"},
    DropText{Drop::OversizeFrame, "oversize_frame", "frames longer than a packet buffer"},
    DropText{Drop::NotForUs, "not_for_us", "frames for another station's MAC address"},
    DropText{Drop::WrongVlan, "wrong_vlan", "frames whose 802.1Q tag is not the port's"},
    DropText{Drop::UnknownEthertype, "unknown_ethertype", "frames neither IPv4 nor ARP"},
    DropText{Drop::IpTruncated, "ip_truncated", "packets shorter than an IPv4 header"},
    DropText{Drop::IpVersion, "ip_version", "packets of an IP version other than 4"},
    DropText{Drop::IpHeaderLength, "ip_header_length", "IPv4 headers of an impossible length"},
    DropText{Drop::IpTotalLength, "ip_total_length", "packets shorter than they claim to be"},
    DropText{Drop::IpChecksum, "ip_checksum", "IPv4 headers with a bad checksum"},
    DropText{Drop::IpOptions, "ip_options", "packets with IP options"},
    DropText{Drop::IpFragment, "ip_fragment", "fragments of IP packets"},
    DropText{Drop::MartianSource, "martian_source", "packets from an address that cannot be there"},
    DropText{Drop::MartianDestination, "martian_destination",
             "packets for an address that cannot be anywhere"},
    DropText{Drop::MulticastOrBroadcast, "multicast_or_broadcast",
             "packets for a group or for everybody"},
    DropText{Drop::L4Truncated, "l4_truncated", "UDP, TCP or ICMP headers cut short"},
    DropText{Drop::L4Checksum, "l4_checksum", "datagrams for us with a bad UDP checksum"},
    DropText{Drop::UnsupportedProtocol, "unsupported_protocol",
             "packets to forward of a protocol other than UDP, TCP and ICMP"},
    DropText{Drop::TtlExceeded, "ttl_exceeded", "packets to forward whose time to live ran out"},
    DropText{Drop::IcmpError, "icmp_error", "ICMP errors about translated packets"},
    DropText{Drop::IcmpType, "icmp_type", "ICMP messages to forward of another type than echo"},
    DropText{Drop::NoBinding, "no_binding", "packets from an address that no phone holds"},
    DropText{Drop::WrongMac, "wrong_mac", "packets whose source MAC is not the lease's"},
    DropText{Drop::PortOutOfRange, "port_out_of_range",
             "packets from a port outside the phone's range"},
    DropText{Drop::EchoIdOutOfRange, "echo_id_out_of_range",
             "echo messages with an identifier outside the phone's range"},
    DropText{Drop::PrivateDestination, "private_destination",
             "packets from phone to phone by private address"},
    DropText{Drop::NoRoute, "no_route", "packets that no route leads onwards"},
    DropText{Drop::ForeignDestination, "foreign_destination",
             "packets from the network for an address that is not ours"},
    DropText{Drop::PortUnheld, "port_unheld", "inbound packets for a port nobody holds"},
    DropText{Drop::EchoIdUnheld, "echo_id_unheld",
             "inbound echo messages with an identifier nobody holds"},
    DropText{Drop::FragmentMalformed, "fragment_malformed",
             "fragments of tunnelled packets that do not fit together, or would be too large"},
    DropText{Drop::FragmentIncomplete, "fragment_incomplete",
             "fragments of tunnelled packets of which others did not come in time"},
    DropText{Drop::TunnelUnknown, "tunnel_unknown",
             "packets of no tunnel: an SPI, or the far end of an IPIP one, that nobody has"},
    DropText{Drop::TunnelMalformed, "tunnel_malformed",
             "tunnelled packets cut short, or with wrong padding or content"},
    DropText{Drop::TunnelReplayed, "tunnel_replayed",
             "ESP packets whose sequence number had come, or was too old"},
    DropText{Drop::TunnelIntegrity, "tunnel_integrity", "ESP packets forged or corrupted"},
    DropText{Drop::TunnelSelector, "tunnel_selector",
             "packets from or for an address that their tunnel is not for"},
    DropText{Drop::TunnelEcn, "tunnel_ecn",
             "tunnelled packets that met congestion and could not say so inside (RFC 6040)"},
    DropText{Drop::TunnelDummy, "tunnel_dummy", "ESP packets with nothing inside"},
    DropText{Drop::TunnelKeepalive, "tunnel_keepalive", "NAT keepalives (RFC 3948)"},
    DropText{Drop::TunnelNotEsp, "tunnel_not_esp", "IKE, which is not spoken here"},
    DropText{Drop::TunnelDown, "tunnel_down", "packets for a tunnel that is down"},
    DropText{
        Drop::TunnelExhausted, "tunnel_exhausted",
        "packets for a tunnel whose SA may send no more: its numbers or its lifetime are used"},
    DropText{Drop::HandOverFull, "hand_over_full",
             "packets of another worker's tunnel beyond what it keeps up with"},
    DropText{Drop::TooBig, "too_big", "packets larger than the next network takes"},
    DropText{Drop::NeighborUnresolved, "neighbor_unresolved",
             "packets whose next hop did not answer ARP"},
    DropText{Drop::TxFull, "tx_full", "packets that a port did not take"},
    DropText{Drop::RxMissed, "rx_missed", "packets that a port lost before they were read"},
    DropText{Drop::NoMbuf, "no_mbuf", "packets for which no buffer was free"},
    DropText{Drop::PuntFullArp, "punt_full_arp", "ARP beyond what control keeps up with"},
    DropText{Drop::PuntFullDhcp, "punt_full_dhcp", "DHCP beyond what control keeps up with"},
    DropText{Drop::PuntFullService, "punt_full_service",
             "UDP for us beyond what control keeps up with"},
    DropText{Drop::PuntFullIcmp, "punt_full_icmp", "ICMP beyond what control keeps up with"},
    DropText{Drop::PuntFullNeighbor, "punt_full_neighbor",
             "packets awaiting ARP beyond what control keeps up with"},
    DropText{Drop::ArpMalformed, "arp_malformed",
             "ARP not of Ethernet and IPv4, or whose sender cannot be a host"},
    DropText{Drop::ArpNotOurs, "arp_not_ours", "ARP about addresses of others"},
    DropText{Drop::NotAService, "not_a_service",
             "packets for an address of ours that no service takes"},
    DropText{Drop::WanServiceRefused, "wan_service_refused",
             "DHCP and TFTP from the network, where they are not offered"},
    DropText{Drop::IcmpNotAnswered, "icmp_not_answered", "ICMP for us that gets no answer"},
};
inline constexpr std::size_t kDrops = kDropTexts.size();

static_assert(
    [] {
      for (std::size_t i = 0; i < kDrops; ++i)
        if (kDropTexts[i].drop != static_cast<Drop>(i)) return false;
      return kDropTexts.back().drop == Drop::IcmpNotAnswered;
    }(),
    "every reason has its text, in the order of the enum");

[[nodiscard]] constexpr const DropText& text_of(Drop drop) noexcept {
  return kDropTexts[static_cast<std::size_t>(drop)];
}

/// One thread's counts.
class DropCounters {
 public:
  void count(Drop drop, std::uint64_t n = 1) noexcept { counts_[index(drop)].add(n); }
  [[nodiscard]] std::uint64_t operator[](Drop drop) const noexcept {
    return counts_[index(drop)].value();
  }
  [[nodiscard]] const Counter& counter(Drop drop) const noexcept { return counts_[index(drop)]; }
  [[nodiscard]] std::uint64_t total() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& c : counts_) sum += c.value();
    return sum;
  }

 private:
  [[nodiscard]] static constexpr std::size_t index(Drop d) noexcept {
    return static_cast<std::size_t>(d);
  }
  std::array<Counter, kDrops> counts_;
};

}  // namespace portico::stats
