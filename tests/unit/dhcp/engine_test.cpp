// SPDX-License-Identifier: BSD-3-Clause
// Messages between clients and the Book, and where the answers go.
#include "dhcp/engine.hpp"

#include "lan.hpp"

using namespace portico;
using namespace portico::dhcp;
using namespace portico::dhcp::test;

TEST_CASE("a DISCOVER that the Book grants is answered with an OFFER", "[dhcp][D-8]") {
  Lan lan;
  const auto offer = lan.answer_to(discover());
  CHECK(offer.type() == Type::Offer);
  CHECK(offer.header().yiaddr == "10.20.0.7"_ip);
  CHECK(offer.address(code::kServerIdentifier) == kServer);
  CHECK(lan.count(&Counters::discovers) == 1);
  CHECK(lan.count(&Counters::offers) == 1);
}

TEST_CASE("a DISCOVER that the Book keeps pending is answered when the Book says", "[dhcp][D-7]") {
  Lan lan;
  lan.book.offer = Pending{7};
  lan.receive(discover());
  REQUIRE(lan.outbox.sent.empty());
  SECTION("with an OFFER, once") {
    lan.engine.offer(7, phone_terms(), lan.outbox);
    lan.engine.offer(7, phone_terms(), lan.outbox);
    CHECK(lan.answer().type() == Type::Offer);
    CHECK(lan.answer().header().xid == 0x1234abcd);
    CHECK(lan.count(&Counters::offers) == 1);
  }
  SECTION("or not at all") {
    lan.engine.withhold(7, Refusal::PoolExhausted);
    lan.engine.offer(7, phone_terms(), lan.outbox);
    CHECK(lan.outbox.sent.empty());
    CHECK(lan.count(&Counters::pool_exhausted) == 1);
  }
  SECTION("asked again meanwhile: the last one is answered") {
    auto again = discover();
    again.header.xid = 0x55;
    lan.receive(again);
    lan.engine.offer(7, phone_terms(), lan.outbox);
    CHECK(lan.answer().header().xid == 0x55);
  }
  SECTION("a REQUEST's ticket is another's") {
    lan.engine.acknowledge(7, phone_terms(), kStart, lan.outbox);
    CHECK(lan.outbox.sent.empty());
  }
}

TEST_CASE("the Book is told what the client asked", "[dhcp][D-6][D-15]") {
  Lan lan;
  auto m = discover();
  m.set_address(code::kRequestedAddress, "10.20.0.9"_ip);
  m.set(code::kLeaseTime, Octets{0, 0, 0x02, 0x58});
  m.set(code::kVendorClass, std::string_view("ACME-SIP-T46\0", 13));
  m.through_relay("10.30.0.1"_ip, {5, 4, 10, 31, 0, 0});
  m.frame_source = "00:1b:2c:ff:ff:ff"_mac;
  lan.receive(m);
  const auto& q = lan.book.asked;
  CHECK(q.mac == kPhoneMac);
  CHECK(q.frame_source == "00:1b:2c:ff:ff:ff"_mac);
  CHECK(q.vendor_class == "ACME-SIP-T46");
  CHECK(q.requested == "10.20.0.9"_ip);
  CHECK(q.lease_s == 600);
  CHECK(q.giaddr == "10.30.0.1"_ip);
  CHECK(q.link_selection == "10.31.0.0"_ip);
  CHECK(lan.book.asked_at.time == kStart.time);
  SECTION("and nothing of the message before") {
    lan.receive(discover().drop(code::kVendorClass));
    CHECK_FALSE(q.vendor_class);
    CHECK_FALSE(q.requested);
    CHECK_FALSE(q.lease_s);
    CHECK_FALSE(q.link_selection);
    CHECK(q.giaddr.is_zero());
  }
}

TEST_CASE("a client is known by option 61, or else by its hardware address", "[dhcp][D-13]") {
  Lan lan;
  lan.receive(discover());
  CHECK(lan.book.asked.client == std::string("\0\1\0\x1b\x2c\0\0\1", 8));
  SECTION("the identifier is opaque, a DUID as well") {
    lan.receive(discover().set(code::kClientIdentifier, Octets{255, 0, 0, 0, 1, 0, 3}));
    CHECK(lan.book.asked.client == std::string("\1\xff\0\0\0\1\0\3", 8));
  }
  SECTION("one that spells the hardware address is another client than none") {
    lan.receive(discover().set(code::kClientIdentifier, Octets{1, 0, 0x1b, 0x2c, 0, 0, 1}));
    CHECK(lan.book.asked.client == std::string("\1\1\0\x1b\x2c\0\0\1", 8));
    CHECK(lan.count(&Counters::identifier_mismatch) == 0);
  }
  SECTION("one that spells another hardware address is counted, for the operator to see") {
    lan.receive(discover().set(code::kClientIdentifier, Octets{1, 0, 0x1b, 0x2c, 0, 0, 2}));
    CHECK(lan.count(&Counters::identifier_mismatch) == 1);
    CHECK(lan.book.asked.mac == kPhoneMac);
  }
}

TEST_CASE("what the Book refuses gets no answer, and the reason is counted", "[dhcp][D-20]") {
  struct Row {
    Refusal why;
    stats::Counter Counters::*counter;
  };
  const auto row = GENERATE(Row{Refusal::MacNotValid, &Counters::mac_not_valid},
                            Row{Refusal::NoVendorClass, &Counters::no_vendor_class},
                            Row{Refusal::ClassNotValid, &Counters::class_not_valid},
                            Row{Refusal::PoolExhausted, &Counters::pool_exhausted},
                            Row{Refusal::AddressNotOnLink, &Counters::address_not_on_link},
                            Row{Refusal::RelayNotTrusted, &Counters::relay_not_trusted},
                            Row{Refusal::StoreNotWriting, &Counters::store_not_writing},
                            Row{Refusal::WorkerSilent, &Counters::worker_silent},
                            Row{Refusal::TooManyPending, &Counters::too_many_pending},
                            Row{Refusal::LeaseLimit, &Counters::lease_limit},
                            Row{Refusal::Unknown, &Counters::unknown_client},
                            Row{Refusal::NotOurs, &Counters::not_ours});
  Lan lan;
  lan.book.offer = Silence{row.why};
  lan.book.verdict = Silence{row.why};
  lan.book.parameters = Silence{row.why};
  lan.receive(discover());
  lan.receive(selecting());
  auto inform = ClientMessage(Type::Inform);
  inform.header.ciaddr = "10.20.0.7"_ip;
  lan.receive(inform);
  CHECK(lan.outbox.sent.empty());
  CHECK(lan.count(row.counter) == 3);
}

TEST_CASE("DECLINE and RELEASE reach the Book and are never answered", "[dhcp][D-11]") {
  Lan lan;
  SECTION("DECLINE") {
    auto m = selecting();
    m.set(code::kMessageType, Octets{4});
    lan.receive(m);
    CHECK(lan.book.declined == 1);
    CHECK(lan.book.asked.requested == "10.20.0.7"_ip);
    CHECK(lan.count(&Counters::declines) == 1);
  }
  SECTION("DECLINE of another server's address") {
    auto m = selecting();
    m.set(code::kMessageType, Octets{4}).set_address(code::kServerIdentifier, "10.20.0.250"_ip);
    lan.receive(m);
    CHECK(lan.book.declined == 0);
    CHECK(lan.count(&Counters::not_ours) == 1);
  }
  SECTION("DECLINE that does not say whose or what") {
    auto m = selecting();
    m.set(code::kMessageType, Octets{4});
    lan.receive(ClientMessage(m).drop(code::kServerIdentifier));
    lan.receive(ClientMessage(m).drop(code::kRequestedAddress));
    CHECK(lan.book.declined == 0);
    CHECK(lan.count(&Counters::contradictory) == 2);
  }
  SECTION("RELEASE, with or without our name") {
    auto m = renewing();
    m.set(code::kMessageType, Octets{7});
    lan.receive(m);
    lan.receive(m.set_address(code::kServerIdentifier, kServer));
    CHECK(lan.book.released == 2);
    CHECK(lan.book.asked.ciaddr == "10.20.0.7"_ip);
    CHECK(lan.count(&Counters::releases) == 2);
  }
  SECTION("RELEASE for another server, or of no address") {
    auto m = renewing();
    m.set(code::kMessageType, Octets{7}).set_address(code::kServerIdentifier, "10.20.0.250"_ip);
    lan.receive(m);
    m.header.ciaddr = {};
    lan.receive(m);
    CHECK(lan.book.released == 0);
    CHECK(lan.count(&Counters::not_ours) == 1);
    CHECK(lan.count(&Counters::contradictory) == 1);
  }
  CHECK(lan.outbox.sent.empty());
}

TEST_CASE("an INFORM is answered at its address, without address and lease", "[dhcp][D-11]") {
  Lan lan;
  auto m = ClientMessage(Type::Inform);
  m.header.ciaddr = "10.20.0.99"_ip;
  SECTION("with parameters only") {
    const auto ack = lan.answer_to(m.set(code::kParameterRequestList, Octets{6, 51, 58, 59}));
    CHECK(ack.type() == Type::Ack);
    CHECK(ack.header().yiaddr.is_zero());
    CHECK(ack.header().ciaddr == "10.20.0.99"_ip);
    CHECK(ack.option(code::kDns));
    for (const auto option : {code::kLeaseTime, code::kRenewalTime, code::kRebindingTime})
      CHECK_FALSE(ack.option(option));
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{"10.20.0.99"_ip, 68});
    CHECK(lan.outbox.sent[0].delivery == Delivery::Routed);
    CHECK(lan.count(&Counters::informs) == 1);
  }
  SECTION("not to an address outside the phones' network") {
    m.header.ciaddr = "198.51.100.1"_ip;
    lan.receive(m);
    CHECK(lan.outbox.sent.empty());
    CHECK(lan.count(&Counters::address_not_on_link) == 1);
  }
  SECTION("not without an address") {
    m.header.ciaddr = {};
    lan.receive(m);
    CHECK(lan.book.informed == 0);
    CHECK(lan.count(&Counters::contradictory) == 1);
  }
}

TEST_CASE("an answer goes where the client can hear it", "[dhcp][D-4]") {
  Lan lan;
  SECTION("relayed: to the relay's server port") {
    (void)lan.answer_to(discover().through_relay("10.30.0.1"_ip));
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{"10.30.0.1"_ip, 67});
    CHECK(lan.outbox.sent[0].delivery == Delivery::Routed);
  }
  SECTION("relayed with an address: to the relay all the same") {
    lan.receive(renewing().through_relay("10.30.0.1"_ip));
    lan.engine.acknowledge(1, phone_terms(), kStart, lan.outbox);
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{"10.30.0.1"_ip, 67});
  }
  SECTION("with an address: there, the broadcast flag notwithstanding") {
    auto m = renewing();
    m.header.flags = wire::dhcp::kBroadcastFlag;
    lan.receive(m);
    lan.engine.acknowledge(1, phone_terms(), kStart, lan.outbox);
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{"10.20.0.7"_ip, 68});
    CHECK(lan.outbox.sent[0].delivery == Delivery::Routed);
  }
  SECTION("asking for a broadcast: to everybody") {
    auto m = discover();
    m.header.flags = wire::dhcp::kBroadcastFlag;
    (void)lan.answer_to(m);
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{kBroadcastIp, 68});
    CHECK(lan.outbox.sent[0].delivery == Delivery::Broadcast);
  }
  SECTION("else to its new address at its hardware address, without ARP") {
    (void)lan.answer_to(discover());
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{"10.20.0.7"_ip, 68});
    CHECK(lan.outbox.sent[0].delivery == Delivery::Link);
    CHECK(lan.outbox.sent[0].mac == kPhoneMac);
  }
  SECTION("an address that it claims outside its network is not believed") {
    auto m = discover();
    m.header.ciaddr = "198.51.100.1"_ip;
    (void)lan.answer_to(m);
    CHECK(lan.outbox.sent[0].destination == wire::Endpoint{"10.20.0.7"_ip, 68});
  }
}

TEST_CASE("a relay may stand in our place (RFC 5107)", "[dhcp][D-16]") {
  Lan lan;
  const Octets information{11, 4, 10, 30, 0, 1};
  const auto offer = lan.answer_to(discover().through_relay("10.30.0.1"_ip, information));
  CHECK(offer.address(code::kServerIdentifier) == "10.30.0.1"_ip);
  SECTION("a REQUEST that names it is for us") {
    auto m = selecting().set_address(code::kServerIdentifier, "10.30.0.1"_ip);
    lan.receive(m.through_relay("10.30.0.1"_ip, information));
    CHECK(lan.book.requested == 1);
  }
  SECTION("not without the relay's word") {
    auto m = selecting().set_address(code::kServerIdentifier, "10.30.0.1"_ip);
    lan.receive(m.through_relay("10.30.0.1"_ip));
    CHECK(lan.book.refused == 1);
  }
}
