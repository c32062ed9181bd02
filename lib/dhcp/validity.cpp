// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/validity.hpp"

#include "wire/dhcp_options.hpp"

#include <algorithm>

namespace portico::dhcp {
namespace {

namespace code = wire::dhcp::code;
using wire::dhcp::Message;
using wire::dhcp::Op;
using wire::dhcp::Type;

constexpr std::size_t kMacSize = 6;
constexpr std::size_t kMaxIdentifier = 255;  // in one piece: longer ones are nobody's

bool has_length(const Message& message, std::uint8_t code, std::size_t least,
                std::size_t most) noexcept {
  const auto value = message.option(code);
  return !value || (value->size() >= least && value->size() <= most);
}

/// RFC 2132: the lengths of what we read; the list of RFC 3046 section 2.0 in option 82.
bool options_are_sound(const Message& message) noexcept {
  if (const auto relayed = message.option(code::kRelayInformation))
    if (relayed->empty() || !wire::dhcp::is_sub_option_list(*relayed)) return false;
  return has_length(message, code::kRequestedAddress, 4, 4) &&
         has_length(message, code::kLeaseTime, 4, 4) &&
         has_length(message, code::kServerIdentifier, 4, 4) &&
         has_length(message, code::kMaxMessageSize, 2, 2) &&
         has_length(message, code::kVendorClass, 1, kMaxIdentifier) &&
         has_length(message, code::kClientIdentifier, 2, kMaxIdentifier) &&
         has_length(message, code::kParameterRequestList, 1, 255);
}

bool is_for_a_server(Type type) noexcept {
  return type != Type::Offer && type != Type::Ack && type != Type::Nak;
}

}  // namespace

Reason find_fault(const wire::Datagram& datagram, const Message& message,
                  std::uint16_t mtu) noexcept {
  const auto& header = message.header();
  if (datagram.destination.port != wire::dhcp::kServerPort) return &Counters::wrong_port;
  if (datagram.payload.size() + wire::dhcp::kIpUdpSize > mtu) return &Counters::too_long;
  if (header.op != Op::Request) return &Counters::bad_op;
  if (header.htype != wire::dhcp::kEthernet || header.hlen != kMacSize)
    return &Counters::bad_hardware;
  const auto type = message.type();
  if (!type) return &Counters::no_message_type;
  if (!is_for_a_server(*type)) return &Counters::not_for_a_server;
  if (!options_are_sound(message)) return &Counters::bad_option;
  // RFC 3046 section 2.1: a client may not speak as a relay.
  if (header.giaddr.is_zero() && message.option(code::kRelayInformation))
    return &Counters::relay_information_unrelayed;
  return nullptr;
}

std::optional<RequestKind> kind_of_request(const Message& message, bool by_unicast) noexcept {
  const auto& header = message.header();
  const auto requested = message.address(code::kRequestedAddress);
  if (header.ciaddr.is_zero()) {
    if (!requested) return std::nullopt;
    return message.option(code::kServerIdentifier) ? RequestKind::Selecting
                                                   : RequestKind::InitReboot;
  }
  // Some clients repeat their address in option 50 when they renew; that is no contradiction.
  if (message.option(code::kServerIdentifier) || requested.value_or(header.ciaddr) != header.ciaddr)
    return std::nullopt;
  const bool relayed = !header.giaddr.is_zero();
  return by_unicast && !relayed ? RequestKind::Renewing : RequestKind::Rebinding;
}

bool has_foreign_identifier(const Message& message) noexcept {
  const auto identifier = message.option(code::kClientIdentifier).value_or(Bytes{});
  if (identifier.size() != 1 + kMacSize || identifier[0] != wire::dhcp::kEthernet) return false;
  return !std::ranges::equal(identifier.subspan(1), message.header().mac().octets);
}

}  // namespace portico::dhcp
