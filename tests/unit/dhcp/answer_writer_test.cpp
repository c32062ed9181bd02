// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/answer_writer.hpp"

#include "lan.hpp"

using namespace portico;
using namespace portico::dhcp;
using namespace portico::dhcp::test;

namespace {

const Octets kIdentifier{1, 0x00, 0x1b, 0x2c, 0, 0, 1};

ClientMessage asking_for(Octets parameters) {
  return discover().set(code::kParameterRequestList, std::move(parameters));
}

Octets settings_in(const wire::dhcp::Message& message) {
  return copy(wire::dhcp::vendor_part(message.option(code::kVendorInformation).value_or(Bytes{}),
                                      kEnterprise));
}

}  // namespace

TEST_CASE("an answer copies what RFC 2131 table 3 says, and no more", "[dhcp][D-5]") {
  Lan lan;
  auto m = renewing();
  m.header.hops = 3;
  m.header.secs = 9;
  m.header.flags = wire::dhcp::kBroadcastFlag;
  m.header.sname[0] = 's';
  m.header.file[0] = 'f';
  m.through_relay("10.30.0.1"_ip);
  lan.receive(m);
  lan.engine.acknowledge(1, phone_terms(), kStart, lan.outbox);
  const auto ack = lan.answer();
  CHECK(ack.header().op == wire::dhcp::Op::Reply);
  CHECK(ack.header().htype == 1);
  CHECK(ack.header().hlen == 6);
  CHECK(ack.header().hops == 0);
  CHECK(ack.header().xid == 0x1234abcd);
  CHECK(ack.header().secs == 0);
  CHECK(ack.header().flags == wire::dhcp::kBroadcastFlag);
  CHECK(ack.header().ciaddr == "10.20.0.7"_ip);
  CHECK(ack.header().yiaddr == "10.20.0.7"_ip);
  CHECK(ack.header().siaddr == kServer);
  CHECK(ack.header().giaddr == "10.30.0.1"_ip);
  CHECK(ack.header().mac() == kPhoneMac);
  CHECK(ack.header().sname == wire::dhcp::Header{}.sname);
  CHECK(ack.header().file_name() == "acme/t46.bin");
}

TEST_CASE("an OFFER has no ciaddr", "[dhcp][D-5]") {
  Lan lan;
  auto m = discover();
  m.header.ciaddr = "10.20.0.7"_ip;
  CHECK(lan.answer_to(m).header().ciaddr.is_zero());
}

TEST_CASE("type and server stand first, then what was asked for in its order", "[dhcp][D-12]") {
  Lan lan;
  lan.book.offer = phone_terms();
  std::get<Terms>(lan.book.offer).options.push_back({code::kNtp, {192, 0, 2, 123}});
  lan.receive(asking_for({42, 6, 1, 67, 12, 3, 6}).set(code::kClientIdentifier, kIdentifier));
  CHECK(codes_in_order(lan.outbox.sent.at(0).payload) ==
        Octets{53, 54, 51, 42, 6, 1, 67, 3, 61, 125});
}

TEST_CASE("the mask stands before the routers, whatever the client's order", "[dhcp][D-12]") {
  Lan lan;
  lan.receive(asking_for({3, 6, 1}));
  CHECK(codes_in_order(lan.outbox.sent.at(0).payload) == Octets{53, 54, 51, 1, 3, 6, 125});
}

TEST_CASE("a client that asks for nothing gets what every phone needs", "[dhcp][D-12]") {
  Lan lan;
  const auto offer = lan.answer_to(discover());
  CHECK(copy(offer.option(code::kSubnetMask)) == Octets{255, 255, 0, 0});
  CHECK(copy(offer.option(code::kRouters)) == Octets{10, 20, 0, 1});
  CHECK(copy(offer.option(code::kDns)) == Octets{192, 0, 2, 53});
  CHECK(offer.address(code::kBroadcast) == "10.20.255.255"_ip);
}

TEST_CASE("options of the protocol are never set by a class or asked for", "[dhcp][D-12]") {
  Lan lan;
  auto& terms = std::get<Terms>(lan.book.offer);
  Octets every_code;
  for (unsigned option = 1; option < 255; ++option) {
    terms.options.push_back({static_cast<std::uint8_t>(option), {1, 2}});
    every_code.push_back(static_cast<std::uint8_t>(option));
  }
  const auto offer = lan.answer_to(asking_for(every_code).set(code::kMaxMessageSize, {5, 220}));
  for (const auto never :
       {code::kRequestedAddress, code::kParameterRequestList, code::kMaxMessageSize, code::kMessage,
        code::kClientIdentifier, code::kRelayInformation})
    CHECK_FALSE(offer.option(never));
  CHECK(offer.type() == Type::Offer);
  CHECK(offer.address(code::kServerIdentifier) == kServer);
  CHECK(offer.number32(code::kLeaseTime) == 3600);
  CHECK(copy(offer.option(code::kSipServers)) == Octets{1, 2});
}

TEST_CASE("T1 and T2 are said where configured or asked for", "[dhcp][D-10]") {
  Lan lan;
  auto& terms = std::get<Terms>(lan.book.offer);
  SECTION("by default the client knows them") {
    const auto offer = lan.answer_to(discover());
    CHECK(offer.number32(code::kLeaseTime) == 3600);
    CHECK_FALSE(offer.option(code::kRenewalTime));
    CHECK_FALSE(offer.option(code::kRebindingTime));
  }
  SECTION("asked for: half, and seven eighths") {
    const auto offer = lan.answer_to(asking_for({58, 59}));
    CHECK(offer.number32(code::kRenewalTime) == 1800);
    CHECK(offer.number32(code::kRebindingTime) == 3150);
  }
  SECTION("configured: as configured, the other by default") {
    terms.renew_s = 600;
    const auto offer = lan.answer_to(discover());
    CHECK(offer.number32(code::kRenewalTime) == 600);
    CHECK(offer.number32(code::kRebindingTime) == 3150);
  }
  SECTION("configured for a longer lease than this one: left to the client") {
    terms.renew_s = 3000;
    terms.rebind_s = 4000;
    CHECK_FALSE(lan.answer_to(discover()).option(code::kRenewalTime));
  }
  SECTION("an infinite lease has none") {
    terms.lease_s = 0xffffffff;
    terms.renew_s = 600;
    const auto offer = lan.answer_to(asking_for({58, 59}));
    CHECK(offer.number32(code::kLeaseTime) == 0xffffffff);
    CHECK_FALSE(offer.option(code::kRenewalTime));
    CHECK_FALSE(offer.option(code::kRebindingTime));
  }
}

TEST_CASE("option 61 is echoed unchanged if received, else not sent", "[dhcp][D-14]") {
  Lan lan;
  CHECK(copy(lan.answer_to(discover().set(code::kClientIdentifier, kIdentifier))
                 .option(code::kClientIdentifier)) == kIdentifier);
  CHECK_FALSE(lan.answer_to(discover()).option(code::kClientIdentifier));
  lan.book.verdict = Nak{"no"};
  CHECK(copy(lan.answer_to(renewing().set(code::kClientIdentifier, kIdentifier))
                 .option(code::kClientIdentifier)) == kIdentifier);
}

TEST_CASE("option 60 is not sent to phones", "[dhcp][D-15]") {
  Lan lan;
  CHECK_FALSE(lan.answer_to(asking_for({60})).option(code::kVendorClass));
}

TEST_CASE("option 82 is echoed whole and last", "[dhcp][D-16]") {
  Lan lan;
  const Octets information{1, 4, 'e', 't', 'h', '7', 2, 1, 9, 200, 0};
  SECTION("if received") {
    const auto offer = lan.answer_to(discover().through_relay("10.30.0.1"_ip, information));
    CHECK(copy(offer.option(code::kRelayInformation)) == information);
    CHECK(codes_in_order(lan.outbox.sent[0].payload).back() == 82);
  }
  SECTION("not if the relay sent none") {
    CHECK_FALSE(
        lan.answer_to(discover().through_relay("10.30.0.1"_ip)).option(code::kRelayInformation));
  }
}

TEST_CASE("an admitted phone is always told its outside, in option 125", "[dhcp][D-17][P6]") {
  Lan lan;
  auto& terms = std::get<Terms>(lan.book.offer);
  terms.tunnel_address = "10.99.0.1"_ip;
  terms.firmware_digest = Sha256{7, 8, 9};
  terms.firmware_version = "7.2.1";
  const auto offer = lan.answer_to(asking_for({1, 3}));
  const auto settings = wire::dhcp::parse_settings(settings_in(offer));
  REQUIRE(settings);
  CHECK(settings->public_address == "203.0.113.9"_ip);
  CHECK(settings->range == PortRange{24000, 64});
  CHECK(settings->tunnel_address == "10.99.0.1"_ip);
  CHECK(settings->firmware == terms.firmware_digest);
  CHECK(settings->version == "7.2.1");
  CHECK_FALSE(offer.option(code::kVendorSpecific));
}

TEST_CASE("option 125 keeps what the class says to other enterprises' clients", "[dhcp][D-17]") {
  Lan lan;
  Octets others;
  wire::dhcp::append_vendor_part(others, 3561, Octets{4, 1, 'x'});
  std::get<Terms>(lan.book.offer).options.push_back({code::kVendorInformation, others});
  const auto offer = lan.answer_to(asking_for({125}));
  CHECK(settings_in(offer).size() == 12);
  CHECK(copy(wire::dhcp::vendor_part(*offer.option(code::kVendorInformation), 3561)) ==
        Octets{4, 1, 'x'});
}

TEST_CASE("option 43 carries the same only where the class says so", "[dhcp][D-15]") {
  Lan lan;
  auto& terms = std::get<Terms>(lan.book.offer);
  SECTION("it does") {
    terms.vendor_option_43 = true;
    const auto offer = lan.answer_to(discover());
    CHECK(copy(offer.option(code::kVendorSpecific)) == settings_in(offer));
  }
  SECTION("it does not") {
    CHECK_FALSE(lan.answer_to(asking_for({43})).option(code::kVendorSpecific));
  }
  SECTION("it sets the vendor's own, for who asks") {
    terms.options.push_back({code::kVendorSpecific, {3, 1, 5}});
    CHECK(copy(lan.answer_to(asking_for({43})).option(code::kVendorSpecific)) == Octets{3, 1, 5});
    CHECK_FALSE(lan.answer_to(asking_for({1})).option(code::kVendorSpecific));
  }
}

TEST_CASE("option 159 is for clients that ask for it", "[dhcp][P-6][P-7]") {
  Lan lan;
  CHECK_FALSE(lan.answer_to(asking_for({1, 3})).option(code::kPortParameters));
  const auto offer = lan.answer_to(asking_for({159}));
  CHECK(copy(offer.option(code::kPortParameters)) == Octets{0, 10, 0x5d, 0xc0});
}

TEST_CASE("boot data comes in the fields, and in 66, 67 and 150 as asked", "[dhcp][D-18]") {
  Lan lan;
  SECTION("asked for") {
    const auto offer = lan.answer_to(asking_for({66, 67, 150}));
    CHECK(offer.text(code::kTftpServerName) == "10.20.0.1");
    CHECK(offer.text(code::kBootFile) == "acme/t46.bin");
    CHECK(copy(offer.option(code::kTftpServers)) == Octets{10, 20, 0, 1});
    CHECK(offer.header().siaddr == kServer);
    CHECK(offer.header().file_name() == "acme/t46.bin");
  }
  SECTION("not asked for") {
    const auto offer = lan.answer_to(asking_for({1}));
    CHECK_FALSE(offer.option(code::kTftpServerName));
    CHECK_FALSE(offer.option(code::kBootFile));
    CHECK_FALSE(offer.option(code::kTftpServers));
    CHECK(offer.header().siaddr == kServer);
  }
  SECTION("a class without firmware has none") {
    auto& terms = std::get<Terms>(lan.book.offer);
    terms.tftp_server = {};
    terms.boot_file.clear();
    const auto offer = lan.answer_to(asking_for({66, 67, 150}));
    CHECK_FALSE(offer.option(code::kTftpServerName));
    CHECK_FALSE(offer.option(code::kBootFile));
    CHECK(offer.header().siaddr.is_zero());
  }
  SECTION("a class may set its own server name") {
    std::get<Terms>(lan.book.offer)
        .options.push_back({code::kTftpServerName, {'t', 'f', 't', 'p'}});
    CHECK(lan.answer_to(asking_for({66})).text(code::kTftpServerName) == "tftp");
  }
  SECTION("a file name longer than the field is in option 67 in any case") {
    std::get<Terms>(lan.book.offer).boot_file = std::string(128, 'f');
    const auto offer = lan.answer_to(asking_for({1}));
    CHECK(offer.text(code::kBootFile) == std::string(128, 'f'));
    CHECK(offer.header().file_name().empty());
  }
}

TEST_CASE("voice options go verbatim to who asks for them", "[dhcp][D-19]") {
  Lan lan;
  std::get<Terms>(lan.book.offer).options = {{code::kTimeZone, {'C', 'E', 'T'}},
                                             {code::kSipServers, {1, 192, 0, 2, 1}}};
  const auto offer = lan.answer_to(asking_for({120, 100, 101}));
  CHECK(copy(offer.option(code::kSipServers)) == Octets{1, 192, 0, 2, 1});
  CHECK(offer.text(code::kTimeZone) == "CET");
  CHECK_FALSE(offer.option(code::kTimeZoneName));
}

TEST_CASE("an answer is 300 octets at least, and what the client takes at most", "[dhcp][D-3]") {
  Lan lan;
  auto& terms = std::get<Terms>(lan.book.offer);
  terms.options = {{code::kDns, Octets(900, 1)}};
  SECTION("a small one is padded") {
    (void)lan.answer_to(asking_for({1}));
    CHECK(lan.outbox.sent[0].payload.size() == 300);
  }
  SECTION("576 octets of datagram unless it says otherwise: the long option stays out") {
    CHECK_FALSE(lan.answer_to(asking_for({6})).option(code::kDns));
    CHECK(lan.outbox.sent[0].payload.size() <= 548);
    CHECK(lan.count(&Counters::options_left_out) == 1);
  }
  SECTION("a size below 576 counts as 576") {
    terms.options = {{code::kDns, Octets(252, 1)}};
    CHECK(lan.answer_to(asking_for({6}).set(code::kMaxMessageSize, Octets{1, 44}))
              .option(code::kDns));
  }
  SECTION("1500: it fits, in pieces") {
    const auto offer = lan.answer_to(asking_for({6}).set(code::kMaxMessageSize, Octets{5, 220}));
    CHECK(copy(offer.option(code::kDns)) == Octets(900, 1));
  }
  SECTION("never more than the network carries") {
    terms.options = {{code::kDns, Octets(2000, 1)}};
    CHECK_FALSE(lan.answer_to(asking_for({6}).set(code::kMaxMessageSize, Octets{255, 255}))
                    .option(code::kDns));
    CHECK(lan.outbox.sent[0].payload.size() <= 1472);
  }
}

TEST_CASE("what is asked for last gives way first, and option 125 never", "[dhcp][D-3][P6]") {
  Lan lan;
  auto& terms = std::get<Terms>(lan.book.offer);
  terms.vendor_option_43 = true;
  terms.options = {{code::kDns, Octets(120, 1)},
                   {code::kNtp, Octets(120, 2)},
                   {code::kSipServers, Octets(210, 3)}};
  const auto offer = lan.answer_to(asking_for({6, 42, 120}));
  CHECK(offer.option(code::kDns));
  CHECK(offer.option(code::kNtp));
  CHECK_FALSE(offer.option(code::kSipServers));
  CHECK_FALSE(offer.option(code::kVendorSpecific));
  CHECK(settings_in(offer).size() == 12);
  CHECK(lan.count(&Counters::options_left_out) == 2);
  SECTION("the file's name has moved to option 67 to make room") {
    CHECK(offer.header().file_name().empty());
    CHECK(offer.text(code::kBootFile) == "acme/t46.bin");
  }
}

TEST_CASE("no offer if even option 125 does not fit", "[dhcp][P6]") {
  Lan lan;
  Octets others;
  wire::dhcp::append_vendor_part(others, 3561, Octets(250, 'x'));
  wire::dhcp::append_vendor_part(others, 3562, Octets(250, 'y'));
  std::get<Terms>(lan.book.offer).options.push_back({code::kVendorInformation, others});
  lan.receive(discover());
  CHECK(lan.outbox.sent.empty());
  CHECK(lan.count(&Counters::reply_too_long) == 1);
  CHECK(lan.count(&Counters::offers) == 0);
}

TEST_CASE("a relay's information that leaves no room: no answer", "[dhcp][D-16]") {
  Lan lan;
  Octets information;
  wire::dhcp::append_sub_option(information, 1, Octets(250, 'c'));
  wire::dhcp::append_sub_option(information, 2, Octets(250, 'r'));
  lan.book.verdict = Nak{"no"};
  lan.receive(discover().through_relay("10.30.0.1"_ip, information));
  lan.receive(selecting().through_relay("10.30.0.1"_ip, information));
  CHECK(lan.outbox.sent.empty());
  CHECK(lan.count(&Counters::reply_too_long) == 2);
}
