// SPDX-License-Identifier: BSD-3-Clause
// What phones say by DHCP to a test's gateway, and its answers read back.
#pragma once

#include "base/expects.hpp"
#include "support/bed_world.hpp"
#include "support/packet_builder.hpp"
#include "wire/dhcp.hpp"
#include "wire/dhcp_options.hpp"
#include "wire/udp.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace portico::support {

namespace code = wire::dhcp::code;
using wire::dhcp::Type;

inline const Mac kGatewayMac = "02:00:00:00:00:01"_mac;
inline const Mac kBranchRouterMac = "02:00:00:00:00:99"_mac;
inline const Ipv4 kGatewayLan = "10.20.0.1"_ip;
inline constexpr std::uint32_t kEnterprise = 32473;

/// Who speaks DHCP.
struct Phone {
  Mac mac;
  std::string vendor_class = "ACME-T46";
  std::string identifier = {};  ///< option 61; empty: none
  Ipv4 giaddr = {};
  std::optional<Mac> frame_source = {};  ///< of another device than chaddr says
  std::uint32_t lease_s = 0;             ///< option 51; 0: none
  Ipv4 link_selection = {};              ///< option 82, sub-option 5; zero: none
};

/// An answer of the DHCP server, read back.
struct Answer {
  Type type{};
  std::uint32_t xid = 0;
  Mac phone;  ///< chaddr
  Ipv4 address;
  std::uint32_t lease_s = 0;
  wire::dhcp::PhoneSettings settings;
  Octets dns;
  std::string file;
  Mac to_mac;
  Ipv4 to;
  std::size_t stamp = 0;  ///< BedWorld::stamp when it was sent
};

/// Options that hold an address.
using Addresses = std::vector<std::pair<std::uint8_t, Ipv4>>;

/// A message as it is received, by way of a relay if the phone has one.
inline Frame said_by(const Phone& phone, std::uint32_t xid, Type type, const Addresses& addresses,
                     Ipv4 ciaddr) {
  wire::dhcp::Header header;
  header.xid = xid;
  header.ciaddr = ciaddr;
  header.giaddr = phone.giaddr;
  header.set_mac(phone.mac);
  wire::dhcp::Builder builder;
  builder.start(header);
  builder.add_number8(code::kMessageType, static_cast<std::uint8_t>(type));
  if (!phone.vendor_class.empty()) builder.add_text(code::kVendorClass, phone.vendor_class);
  if (!phone.identifier.empty()) builder.add_text(code::kClientIdentifier, phone.identifier);
  if (phone.lease_s != 0) builder.add_number32(code::kLeaseTime, phone.lease_s);
  for (const auto& [option, address] : addresses) builder.add_address(option, address);
  if (!phone.link_selection.is_zero()) {
    Octets link{wire::dhcp::relay::kLinkSelection, 4, 0, 0, 0, 0};
    store_be(&link[2], phone.link_selection.bits);
    builder.set_relay_information(link);
  }
  const std::uint8_t wanted[] = {1, 3, 6, 51};
  builder.add(code::kParameterRequestList, wanted);
  const auto payload = *builder.finish(1400);
  const bool relayed = !phone.giaddr.is_zero();
  const bool unicast = relayed || !ciaddr.is_zero();
  return {.to_mac = unicast ? kGatewayMac : kBroadcastMac,
          .from_mac = phone.frame_source.value_or(relayed ? kBranchRouterMac : phone.mac),
          .from = relayed ? phone.giaddr : ciaddr,
          .to = unicast ? kGatewayLan : kBroadcastIp,
          .from_port = static_cast<std::uint16_t>(relayed ? 67 : 68),
          .to_port = 67,
          .payload = {payload.begin(), payload.end()}};
}

/// Nothing: a frame that is no answer of the DHCP server's.
inline std::optional<Answer> answer_in(const BedWorld::Sent& sent) {
  const auto ethernet = wire::EthernetView::parse(Bytes{sent.frame});
  const auto ip = wire::Ipv4View::parse(ethernet->payload());
  const auto udp = ip ? wire::UdpView::parse(ip->payload()) : std::nullopt;
  if (!udp || udp->source_port() != 67) return std::nullopt;
  const auto parsed = wire::dhcp::Message::parse(udp->payload());
  const auto* message = std::get_if<wire::dhcp::Message>(&parsed);
  expects(message != nullptr, "an answer is a DHCP message");
  Answer answer{.type = *message->type(),
                .xid = message->header().xid,
                .phone = message->header().mac(),
                .address = message->header().yiaddr,
                .lease_s = message->number32(code::kLeaseTime).value_or(0),
                .settings = {},
                .dns = {},
                .file = std::string{message->header().file_name()},
                .to_mac = ethernet->destination(),
                .to = ip->destination(),
                .stamp = sent.stamp};
  if (const auto dns = message->option(code::kDns)) answer.dns = {dns->begin(), dns->end()};
  if (const auto vendor = message->option(code::kVendorInformation))
    answer.settings = *wire::dhcp::parse_settings(*wire::dhcp::vendor_part(*vendor, kEnterprise));
  return answer;
}

}  // namespace portico::support
