// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/validity.hpp"

#include "lan.hpp"

using namespace portico;
using namespace portico::dhcp;
using namespace portico::dhcp::test;

TEST_CASE("bytes that are no message are counted by reason, never answered", "[dhcp][D-1][D-20]") {
  Lan lan;
  const auto good = discover().octets();
  const auto broken = [&](std::size_t at, std::uint8_t octet) {
    auto m = good;
    m[at] = octet;
    lan.receive_octets(discover(), m);
  };
  lan.receive_octets(discover(), Octets(good.begin(), good.begin() + 239));
  broken(0, 9);
  broken(2, 17);
  broken(236, 0);
  broken(241, 255);
  lan.receive(discover().set(12, Octets(1500, 'x')));
  auto overloaded = good;
  overloaded[240] = 52;
  overloaded[242] = 9;
  lan.receive_octets(discover(), overloaded);
  CHECK(lan.count(&Counters::too_short) == 1);
  CHECK(lan.count(&Counters::bad_op) == 1);
  CHECK(lan.count(&Counters::bad_hardware) == 1);
  CHECK(lan.count(&Counters::no_cookie) == 1);
  CHECK(lan.count(&Counters::truncated_option) == 1);
  CHECK(lan.count(&Counters::too_long) == 1);
  CHECK(lan.count(&Counters::bad_overload) == 1);
  CHECK(lan.book.discovered == 0);
  CHECK(lan.outbox.sent.empty());
}

TEST_CASE("what a client does not send to a server is counted", "[dhcp][D-1]") {
  Lan lan;
  SECTION("a datagram for another port") {
    auto m = discover();
    m.destination.port = 68;
    lan.receive(m);
    CHECK(lan.count(&Counters::wrong_port) == 1);
  }
  SECTION("a BOOTREPLY") {
    auto m = discover();
    m.header.op = wire::dhcp::Op::Reply;
    lan.receive(m);
    CHECK(lan.count(&Counters::bad_op) == 1);
  }
  SECTION("a hardware address that is not Ethernet's") {
    auto m = discover();
    m.header.htype = 6;
    lan.receive(m);
    m = discover();
    m.header.hlen = 8;
    lan.receive(m);
    CHECK(lan.count(&Counters::bad_hardware) == 2);
  }
  SECTION("BOOTP: no message type") {
    lan.receive(discover().drop(code::kMessageType));
    CHECK(lan.count(&Counters::no_message_type) == 1);
  }
  SECTION("OFFER, ACK, NAK: a server's") {
    for (const auto type : {Type::Offer, Type::Ack, Type::Nak}) lan.receive(ClientMessage(type));
    CHECK(lan.count(&Counters::not_for_a_server) == 3);
  }
  CHECK(lan.book.discovered == 0);
  CHECK(lan.outbox.sent.empty());
}

TEST_CASE("an option of impossible length is malformed", "[dhcp][D-13][D-15][D-20]") {
  const auto option = GENERATE(
      RawOption{code::kRequestedAddress, {10, 20, 0}}, RawOption{code::kLeaseTime, {0, 60}},
      RawOption{code::kServerIdentifier, {1, 2, 3, 4, 5}}, RawOption{code::kMaxMessageSize, {2}},
      RawOption{code::kVendorClass, {}}, RawOption{code::kVendorClass, Octets(256, 'v')},
      RawOption{code::kClientIdentifier, {1}}, RawOption{code::kClientIdentifier, Octets(256, 1)},
      RawOption{code::kParameterRequestList, {}},
      RawOption{code::kParameterRequestList, Octets(256, 1)});
  Lan lan;
  lan.receive(discover().set(option.code, option.value));
  CHECK(lan.count(&Counters::bad_option) == 1);
  CHECK(lan.book.discovered == 0);
}

TEST_CASE("option 82 is taken from relays only, and whole", "[dhcp][D-16]") {
  Lan lan;
  SECTION("not from a client") {
    auto m = discover();
    m.relay_information = {1, 1, 7};
    lan.receive(m);
    CHECK(lan.count(&Counters::relay_information_unrelayed) == 1);
  }
  SECTION("not broken") {
    lan.receive(discover().through_relay("10.30.0.1"_ip, {1, 4, 7}));
    CHECK(lan.count(&Counters::bad_option) == 1);
  }
  CHECK(lan.book.discovered == 0);
  CHECK(lan.outbox.sent.empty());
}
