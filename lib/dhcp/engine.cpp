// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/engine.hpp"

#include "base/expects.hpp"
#include "dhcp/validity.hpp"
#include "wire/dhcp_options.hpp"

#include <string>
#include <variant>

namespace portico::dhcp {
namespace {

namespace code = wire::dhcp::code;
using wire::dhcp::Type;

/// Option 61 if the client sent it, else htype and chaddr (RFC 2131 section 4.2); the first octet
/// tells the two apart.
void read_client_key(std::string& key, const wire::dhcp::Header& header, Bytes identifier) {
  key.clear();
  if (!identifier.empty()) {
    key.push_back('\1');
    key.append(identifier.begin(), identifier.end());
    return;
  }
  key.push_back('\0');
  key.push_back(static_cast<char>(header.htype));
  key.append(header.chaddr.begin(), header.chaddr.begin() + header.hlen);
}

wire::Endpoint client_at(Ipv4 address) noexcept { return {address, wire::dhcp::kClientPort}; }

/// To the relay, or everybody on the link.
Reply addressed_to_all(const wire::dhcp::Header& request) noexcept {
  if (!request.giaddr.is_zero())
    return {{}, {request.giaddr, wire::dhcp::kServerPort}, Delivery::Routed, {}};
  return {{}, client_at(kBroadcastIp), Delivery::Broadcast, {}};
}

/// RFC 2131 section 4.1. A client's own word for its address is taken only within its network: an
/// answer never leaves for a stranger.
Reply addressed_to_client(const wire::dhcp::Header& request, const Terms& terms) noexcept {
  const bool has_address = !request.ciaddr.is_zero() && terms.network.contains(request.ciaddr);
  if (!request.giaddr.is_zero()) return addressed_to_all(request);
  if (has_address) return {{}, client_at(request.ciaddr), Delivery::Routed, {}};
  if ((request.flags & wire::dhcp::kBroadcastFlag) != 0) return addressed_to_all(request);
  return {{}, client_at(terms.address), Delivery::Link, request.mac()};
}

}  // namespace

Engine::Engine(const Config& config, Book& book)
    : config_(config),
      book_(book),
      flood_guard_(config.per_mac_per_s, config.per_port_per_s),
      pending_(config.pending),
      pending_offers_(kMostOffersPending),
      writer_(config.enterprise) {
  expects(config.mtu >= wire::dhcp::kLeastMaxDatagram, "an MTU every DHCP client takes");
}

void Engine::receive(const Frame& frame, Now now, Sender& sender) {
  const auto parsed = wire::dhcp::Message::parse(frame.datagram.payload);
  if (const auto* malformed = std::get_if<wire::dhcp::Malformed>(&parsed)) {
    ++(counters_.*counter_of(*malformed));
    return;
  }
  const auto& message = std::get<Message>(parsed);
  if (const auto fault = find_fault(frame.datagram, message, config_.mtu)) {
    ++(counters_.*fault);
    return;
  }
  const auto type = *message.type();
  if (!admit(frame, message, type, now)) return;
  read(frame, message);
  switch (type) {
    case Type::Discover:
      return discover(now, sender);
    case Type::Request:
      return request(message, frame, now, sender);
    case Type::Decline:
      return decline(message, now);
    case Type::Release:
      return release(message, now);
    case Type::Inform:
      return inform(now, sender);
    default:
      return;
  }
}

bool Engine::admit(const Frame& frame, const Message& message, Type type, Now now) noexcept {
  const auto& header = message.header();
  // Who sent the frame, or behind a relay of ours its client: nobody uses up another's share by
  // writing its chaddr.
  const bool is_relayed = !header.giaddr.is_zero() && book_.trusts_relay(header.giaddr);
  const auto sender = is_relayed ? header.mac() : frame.source;
  const auto importance = type == Type::Discover ? Importance::Low : Importance::High;
  switch (flood_guard_.admit(sender, importance, now.time)) {
    case FloodVerdict::TooManyOfMac:
      ++counters_.flood_mac;
      return false;
    case FloodVerdict::TooManyOnPort:
      ++counters_.flood_port;
      return false;
    case FloodVerdict::Pass:
      break;
  }
  return true;
}

void Engine::read(const Frame& frame, const Message& message) {
  if (has_foreign_identifier(message)) ++counters_.identifier_mismatch;
  request_.read(message, config_.server, config_.mtu);
  const auto& header = request_.header;
  read_client_key(query_.client, header, request_.client_identifier);
  query_.mac = header.mac();
  query_.frame_source = frame.source;
  query_.vendor_class = message.text(code::kVendorClass);
  query_.requested = message.address(code::kRequestedAddress);
  query_.lease_s = message.number32(code::kLeaseTime);
  query_.ciaddr = header.ciaddr;
  query_.giaddr = header.giaddr;
  query_.link_selection =
      wire::dhcp::sub_address(request_.relay_information, wire::dhcp::relay::kLinkSelection);
}

void Engine::discover(Now now, Sender& sender) {
  ++counters_.discovers;
  const auto answer = book_.discover(query_, now);
  if (const auto* terms = std::get_if<Terms>(&answer)) return grant(Type::Offer, *terms, sender);
  if (const auto* pending = std::get_if<Pending>(&answer))
    return pending_offers_.keep(pending->ticket, request_);
  ++(counters_.*counter_of(std::get<Silence>(answer).why));
}

void Engine::request(const Message& message, const Frame& frame, Now now, Sender& sender) {
  const bool by_unicast = frame.datagram.destination.address == config_.server;
  const auto kind = kind_of_request(message, by_unicast);
  if (!kind) {
    ++counters_.contradictory;
    return;
  }
  ++counters_.requests;
  if (names_other_server(message)) {
    book_.refuse_offer(query_, now);
    ++counters_.not_ours;
    return;
  }
  if (pending_.is_full()) {
    ++counters_.too_many_pending;
    return;
  }
  const auto answer = book_.request(*kind, query_, now);
  if (const auto* pending = std::get_if<Pending>(&answer)) {
    request_.received = now.time;
    pending_.keep(pending->ticket, request_);
  } else if (const auto* nak = std::get_if<Nak>(&answer)) {
    refuse(*nak, sender);
  } else {
    ++(counters_.*counter_of(std::get<Silence>(answer).why));
  }
}

/// RFC 2131 section 4.3.3; table 5: the client must say which address, and whose.
void Engine::decline(const Message& message, Now now) {
  if (!query_.requested || !message.option(code::kServerIdentifier)) {
    ++counters_.contradictory;
    return;
  }
  ++counters_.declines;
  if (names_other_server(message)) {
    ++counters_.not_ours;
    return;
  }
  book_.decline(query_, now);
}

/// RFC 2131 section 4.3.4. Clients that leave out the server's name are believed.
void Engine::release(const Message& message, Now now) {
  if (query_.ciaddr.is_zero()) {
    ++counters_.contradictory;
    return;
  }
  ++counters_.releases;
  if (names_other_server(message)) {
    ++counters_.not_ours;
    return;
  }
  book_.release(query_, now);
}

void Engine::inform(Now now, Sender& sender) {
  if (query_.ciaddr.is_zero()) {
    ++counters_.contradictory;
    return;
  }
  ++counters_.informs;
  auto answer = book_.inform(query_, now);
  if (const auto* silence = std::get_if<Silence>(&answer)) {
    ++(counters_.*counter_of(silence->why));
    return;
  }
  auto& terms = std::get<Terms>(answer);
  if (!terms.network.contains(query_.ciaddr)) {
    ++counters_.address_not_on_link;
    return;
  }
  terms.address = {};  // what makes it an answer without a lease
  grant(Type::Ack, terms, sender);
}

void Engine::acknowledge(std::uint64_t ticket, const Terms& terms, Now now, Sender& sender) {
  if (!pending_.take(ticket, request_)) return;
  if (now.time - request_.received > kPatience)
    ++counters_.abandoned;
  else
    grant(Type::Ack, terms, sender);
}

void Engine::abandon(std::uint64_t ticket) {
  if (pending_.take(ticket, request_)) ++counters_.abandoned;
}

void Engine::offer(std::uint64_t ticket, const Terms& terms, Sender& sender) {
  if (pending_offers_.take(ticket, request_)) grant(Type::Offer, terms, sender);
}

void Engine::withhold(std::uint64_t ticket, Refusal why) {
  if (pending_offers_.take(ticket, request_)) ++(counters_.*counter_of(why));
}

/// Ours is our address, or what the relay says in its place (RFC 5107).
bool Engine::names_other_server(const Message& message) const noexcept {
  const auto named = message.address(code::kServerIdentifier);
  return named && *named != config_.server && *named != request_.server;
}

void Engine::grant(Type type, const Terms& terms, Sender& sender) {
  const auto answer = writer_.grant(type, request_, terms);
  counters_.options_left_out += answer.left_out;
  if (!answer.payload) {
    ++counters_.reply_too_long;
    return;
  }
  auto reply = addressed_to_client(request_.header, terms);
  reply.payload = *answer.payload;
  sender.send(reply);
  ++(type == Type::Offer ? counters_.offers : counters_.acks);
}

void Engine::refuse(const Nak& nak, Sender& sender) {
  const auto answer = writer_.nak(request_, nak);
  if (!answer.payload) {
    ++counters_.reply_too_long;
    return;
  }
  auto reply = addressed_to_all(request_.header);
  reply.payload = *answer.payload;
  sender.send(reply);
  ++counters_.naks;
}

}  // namespace portico::dhcp
