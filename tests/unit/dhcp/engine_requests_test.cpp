// SPDX-License-Identifier: BSD-3-Clause
// REQUEST: its four kinds, and ACK or NAK when the Book has decided.
#include "dhcp/engine.hpp"

#include "lan.hpp"

using namespace portico;
using namespace portico::dhcp;
using namespace portico::dhcp::test;

TEST_CASE("a REQUEST tells its state by the fields it fills", "[dhcp][D-8]") {
  Lan lan;
  SECTION("server, address, no ciaddr: it takes our offer") {
    lan.receive(selecting());
    CHECK(lan.book.kind == RequestKind::Selecting);
    CHECK(lan.book.asked.requested == "10.20.0.7"_ip);
  }
  SECTION("address alone: it restarted") {
    lan.receive(selecting().drop(code::kServerIdentifier));
    CHECK(lan.book.kind == RequestKind::InitReboot);
  }
  SECTION("ciaddr, sent to us: it renews") {
    lan.receive(renewing());
    CHECK(lan.book.kind == RequestKind::Renewing);
    CHECK(lan.book.asked.ciaddr == "10.20.0.7"_ip);
  }
  SECTION("ciaddr, repeated in option 50 as some do: it renews") {
    lan.receive(renewing().set_address(code::kRequestedAddress, "10.20.0.7"_ip));
    CHECK(lan.book.kind == RequestKind::Renewing);
  }
  SECTION("ciaddr, sent to everybody: it rebinds") {
    auto m = renewing();
    m.destination.address = kBroadcastIp;
    lan.receive(m);
    CHECK(lan.book.kind == RequestKind::Rebinding);
  }
  SECTION("ciaddr, by a relay: it rebinds") {
    lan.receive(renewing().through_relay("10.30.0.1"_ip));
    CHECK(lan.book.kind == RequestKind::Rebinding);
  }
  CHECK(lan.book.requested == 1);
  CHECK(lan.count(&Counters::requests) == 1);
  CHECK(lan.outbox.sent.empty());
}

TEST_CASE("a REQUEST whose fields exclude each other is counted, not answered", "[dhcp][D-8]") {
  Lan lan;
  lan.receive(selecting().drop(code::kRequestedAddress));
  lan.receive(selecting().drop(code::kRequestedAddress).drop(code::kServerIdentifier));
  lan.receive(renewing().set_address(code::kServerIdentifier, kServer));
  lan.receive(renewing().set_address(code::kRequestedAddress, "10.20.0.8"_ip));
  CHECK(lan.count(&Counters::contradictory) == 4);
  CHECK(lan.book.requested == 0);
  CHECK(lan.outbox.sent.empty());
}

TEST_CASE("a client that takes another server's offer sets ours free", "[dhcp][D-8]") {
  Lan lan;
  lan.receive(selecting().set_address(code::kServerIdentifier, "10.20.0.250"_ip));
  CHECK(lan.book.refused == 1);
  CHECK(lan.book.requested == 0);
  CHECK(lan.count(&Counters::not_ours) == 1);
  CHECK(lan.outbox.sent.empty());
}

TEST_CASE("an ACK leaves when its lease is stored, and not before", "[dhcp][D-9]") {
  Lan lan;
  lan.book.verdict = Pending{77};
  lan.receive(selecting());
  REQUIRE(lan.outbox.sent.empty());
  SECTION("stored") {
    lan.engine.acknowledge(77, phone_terms(), kStart, lan.outbox);
    CHECK(lan.answer().type() == Type::Ack);
    CHECK(lan.answer().header().xid == 0x1234abcd);
    CHECK(lan.answer().header().yiaddr == "10.20.0.7"_ip);
    CHECK(lan.count(&Counters::acks) == 1);
    SECTION("once") {
      lan.engine.acknowledge(77, phone_terms(), kStart, lan.outbox);
      CHECK(lan.outbox.sent.size() == 1);
    }
  }
  SECTION("not stored: silence") {
    lan.engine.abandon(77);
    lan.engine.acknowledge(77, phone_terms(), kStart, lan.outbox);
    CHECK(lan.outbox.sent.empty());
    CHECK(lan.count(&Counters::abandoned) == 1);
  }
  SECTION("stored when the client has long asked again: silence") {
    lan.engine.acknowledge(77, phone_terms(), {kStart.time + kPatience + 1ns, kStart.wall},
                           lan.outbox);
    CHECK(lan.outbox.sent.empty());
    CHECK(lan.count(&Counters::abandoned) == 1);
  }
  SECTION("stored while the client still waits") {
    lan.engine.acknowledge(77, phone_terms(), {kStart.time + kPatience, kStart.wall}, lan.outbox);
    CHECK(lan.answer().type() == Type::Ack);
  }
  SECTION("a ticket nobody waits for changes nothing") {
    lan.engine.acknowledge(78, phone_terms(), kStart, lan.outbox);
    lan.engine.abandon(78);
    CHECK(lan.outbox.sent.empty());
    CHECK(lan.count(&Counters::abandoned) == 0);
  }
}

TEST_CASE("a REQUEST repeated while its lease is being stored gets one ACK", "[dhcp][D-9]") {
  Lan lan;
  lan.receive(selecting());
  auto again = selecting();
  again.header.xid = 0x5555;
  lan.receive(again);
  lan.engine.acknowledge(1, phone_terms(), kStart, lan.outbox);
  CHECK(lan.answer().header().xid == 0x5555);
}

TEST_CASE("requests of several clients are answered each with its own fields", "[dhcp][D-5]") {
  Lan lan;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    auto m = selecting();
    m.header.xid = static_cast<std::uint32_t>(i);
    m.set(code::kClientIdentifier, Octets(2 + i, static_cast<std::uint8_t>(i)));
    lan.book.verdict = Pending{i};
    lan.receive(m);
  }
  for (const std::uint64_t i : {2u, 3u, 1u}) {
    lan.outbox.sent.clear();
    lan.engine.acknowledge(i, phone_terms(), kStart, lan.outbox);
    CHECK(lan.answer().header().xid == i);
    CHECK(copy(lan.answer().option(code::kClientIdentifier)) ==
          Octets(2 + i, static_cast<std::uint8_t>(i)));
  }
}

TEST_CASE("requests in flight are bounded", "[dhcp][D-20]") {
  Config config;
  config.pending = 2;
  Lan lan(config);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    lan.book.verdict = Pending{i};
    lan.receive(selecting());
  }
  CHECK(lan.book.requested == 2);
  CHECK(lan.count(&Counters::too_many_pending) == 1);
  lan.engine.abandon(1);
  lan.receive(selecting());
  CHECK(lan.book.requested == 3);
}

TEST_CASE("a NAK goes to everybody and carries no address", "[dhcp][D-4][D-8]") {
  Lan lan;
  lan.book.verdict = Nak{"the class changed"};
  SECTION("on the link: broadcast, though the client has an address") {
    const auto nak = lan.answer_to(renewing());
    CHECK(nak.type() == Type::Nak);
    CHECK(nak.text(code::kMessage) == "the class changed");
    CHECK(nak.address(code::kServerIdentifier) == kServer);
    CHECK(nak.header().yiaddr.is_zero());
    CHECK(nak.header().ciaddr.is_zero());
    CHECK(nak.header().siaddr.is_zero());
    CHECK_FALSE(nak.option(code::kLeaseTime));
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{kBroadcastIp, 68});
    CHECK(lan.outbox.sent[0].delivery == Delivery::Broadcast);
  }
  SECTION("by a relay: to the relay, which is told to broadcast") {
    const auto nak = lan.answer_to(renewing().through_relay("10.30.0.1"_ip, {1, 1, 7}));
    CHECK(nak.header().flags == wire::dhcp::kBroadcastFlag);
    CHECK(copy(nak.option(code::kRelayInformation)) == Octets{1, 1, 7});
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{"10.30.0.1"_ip, 67});
  }
  SECTION("without a text it has no option 56") {
    lan.book.verdict = Nak{};
    CHECK_FALSE(lan.answer_to(renewing()).option(code::kMessage));
  }
  CHECK(lan.count(&Counters::naks) == 1);
}
