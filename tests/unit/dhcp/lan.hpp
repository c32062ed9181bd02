// SPDX-License-Identifier: BSD-3-Clause
// Both sides of the engine for its tests: a client that writes messages, a Book that says what the
// test told it to say, and a sender that keeps what was sent.
#pragma once

#include "dhcp/engine.hpp"
#include "wire/dhcp.hpp"
#include "wire/dhcp_options.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace portico::dhcp::test {

namespace code = wire::dhcp::code;
using Octets = std::vector<std::uint8_t>;
using wire::dhcp::Type;

inline const Ipv4 kServer = "10.20.0.1"_ip;
inline const Mac kPhoneMac = "00:1b:2c:00:00:01"_mac;
inline const Now kStart{{1'000'000'000}, {1'700'000'000}};
inline constexpr std::uint32_t kEnterprise = 32473;

inline Terms phone_terms() {
  Terms terms;
  terms.address = "10.20.0.7"_ip;
  terms.lease_s = 3600;
  terms.network = "10.20.0.0/16"_net;
  terms.public_address = "203.0.113.9"_ip;
  terms.range = {24000, 64};
  terms.tftp_server = kServer;
  terms.boot_file = "acme/t46.bin";
  terms.options = {{code::kRouters, {10, 20, 0, 1}}, {code::kDns, {192, 0, 2, 53}}};
  return terms;
}

/// A Book that answers what the test sets, and remembers what it was asked.
struct ScriptedBook : Book {
  OfferAnswer offer = phone_terms();
  RequestAnswer verdict = Pending{1};
  InformAnswer parameters = phone_terms();
  Query asked;
  Now asked_at;
  RequestKind kind{};
  int discovered = 0, requested = 0, refused = 0, declined = 0, released = 0, informed = 0;

  Ipv4 relay = "10.30.0.1"_ip;  ///< the only one that is trusted

  bool trusts_relay(Ipv4 giaddr) const noexcept override { return giaddr == relay; }
  OfferAnswer discover(const Query& query, Now now) override {
    return note(discovered, query, now), offer;
  }
  RequestAnswer request(RequestKind k, const Query& query, Now now) override {
    kind = k;
    return note(requested, query, now), verdict;
  }
  void refuse_offer(const Query& query, Now now) override { note(refused, query, now); }
  void decline(const Query& query, Now now) override { note(declined, query, now); }
  void release(const Query& query, Now now) override { note(released, query, now); }
  InformAnswer inform(const Query& query, Now now) override {
    return note(informed, query, now), parameters;
  }

 private:
  void note(int& count, const Query& query, Now now) {
    ++count;
    asked = query;
    asked_at = now;
  }
};

struct Sent {
  Octets payload;
  wire::Endpoint destination;
  Delivery delivery;
  Mac mac;
};

struct Outbox : Sender {
  std::vector<Sent> sent;
  void send(const Reply& reply) override {
    sent.push_back({{reply.payload.begin(), reply.payload.end()},
                    reply.destination,
                    reply.delivery,
                    reply.mac});
  }
};

/// A message of a client, changed as the test needs it.
struct ClientMessage {
  wire::dhcp::Header header;
  std::vector<RawOption> options;
  Octets relay_information;
  wire::Endpoint source{{}, wire::dhcp::kClientPort};
  wire::Endpoint destination{kBroadcastIp, wire::dhcp::kServerPort};
  Mac frame_source = kPhoneMac;

  explicit ClientMessage(Type type) {
    header.xid = 0x1234abcd;
    header.set_mac(kPhoneMac);
    set(code::kMessageType, {static_cast<std::uint8_t>(type)});
    set(code::kVendorClass, "ACME-SIP-T46");
  }
  ClientMessage& set(std::uint8_t option, Octets value) {
    drop(option);
    options.push_back({option, std::move(value)});
    return *this;
  }
  ClientMessage& set(std::uint8_t option, std::string_view text) {
    return set(option, Octets(text.begin(), text.end()));
  }
  ClientMessage& set_address(std::uint8_t option, Ipv4 address) {
    Octets value(4);
    store_be(value.data(), address.bits);
    return set(option, std::move(value));
  }
  ClientMessage& drop(std::uint8_t option) {
    std::erase_if(options, [option](const RawOption& o) { return o.code == option; });
    return *this;
  }
  ClientMessage& through_relay(Ipv4 giaddr, Octets information = {}) {
    header.giaddr = giaddr;
    relay_information = std::move(information);
    source = {giaddr, wire::dhcp::kServerPort};
    destination = {kServer, wire::dhcp::kServerPort};
    return *this;
  }
  ClientMessage& by_unicast() {
    destination.address = kServer;
    return *this;
  }
  [[nodiscard]] Octets octets() const {
    wire::dhcp::Builder builder;
    builder.start(header);
    for (const auto& option : options) builder.add(option.code, option.value);
    if (!relay_information.empty()) builder.set_relay_information(relay_information);
    const auto payload = builder.finish(wire::dhcp::kMaxMessageSize);
    REQUIRE(payload);
    return {payload->begin(), payload->end()};
  }
};

inline ClientMessage discover() { return ClientMessage(Type::Discover); }

/// REQUEST in answer to our offer.
inline ClientMessage selecting(Ipv4 address = "10.20.0.7"_ip) {
  auto m = ClientMessage(Type::Request);
  m.set_address(code::kServerIdentifier, kServer).set_address(code::kRequestedAddress, address);
  return m;
}

inline ClientMessage renewing(Ipv4 address = "10.20.0.7"_ip) {
  auto m = ClientMessage(Type::Request);
  m.header.ciaddr = address;
  m.source.address = address;
  m.by_unicast();
  return m;
}

/// An engine with its book, in front of a client.
struct Lan {
  ScriptedBook book;
  Outbox outbox;
  Engine engine;

  explicit Lan(Config config = {})
      : engine((config.server = kServer, config.enterprise = kEnterprise, config), book) {}

  void receive(const ClientMessage& message, Now now = kStart) {
    receive_octets(message, message.octets(), now);
  }
  void receive_octets(const ClientMessage& message, const Octets& payload, Now now = kStart) {
    engine.receive({{message.source, message.destination, payload}, message.frame_source}, now,
                   outbox);
  }
  /// The only answer so far, parsed; it refers to the outbox.
  [[nodiscard]] wire::dhcp::Message answer() const {
    REQUIRE(outbox.sent.size() == 1);
    auto parsed = wire::dhcp::Message::parse(outbox.sent.front().payload);
    REQUIRE(std::holds_alternative<wire::dhcp::Message>(parsed));
    return std::get<wire::dhcp::Message>(std::move(parsed));
  }
  /// Sends one message and parses the answer to it.
  [[nodiscard]] wire::dhcp::Message answer_to(const ClientMessage& message) {
    outbox.sent.clear();
    receive(message);
    return answer();
  }
  [[nodiscard]] std::uint64_t count(stats::Counter Counters::*member) const {
    return (engine.counters().*member).value();
  }
};

inline Octets copy(std::optional<Bytes> bytes) {
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}

/// The codes of a message's options field, in the order in which they stand.
inline Octets codes_in_order(const Octets& message) {
  Octets codes;
  for (std::size_t at = wire::dhcp::kHeaderSize; message[at] != code::kEnd;
       at += 2u + message[at + 1])
    codes.push_back(message[at]);
  return codes;
}

}  // namespace portico::dhcp::test
