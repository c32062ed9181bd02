// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/dhcp_client.hpp"

#include "app/phone/lease_reading.hpp"

#include <catch2/catch.hpp>

#include "server.hpp"

using namespace portico;
using namespace portico::phone;
using namespace portico::phone::test;

namespace {

constexpr Time kStart{1'000'000'000'000};
constexpr std::uint32_t kNoJitter = 1000;  // the middle of what jitter draws, and a good xid

/// A client whose random numbers all are kNoJitter unless they are given.
struct Bench {
  std::vector<std::uint32_t> numbers;
  Client who{.mac = kMac,
             .vendor_class = "ACME-SIP-T46",
             .client_id = {},
             .enterprise = kEnterprise,
             .max_datagram = 1500};
  DhcpClient client{who, 4s, [this] { return draw(); }};
  Time now = kStart;

  std::uint32_t draw() {
    if (numbers.empty()) return kNoJitter;
    const auto n = numbers.back();
    numbers.pop_back();
    return n;
  }
  Step wait() {
    now = client.deadline();
    return client.tick(now);
  }
  /// Until it is in another state; not for ever, should it never be.
  Step wait_while(State state) {
    Step step;
    for (int i = 0; i < 100 && client.state() == state; ++i) step = wait();
    return step;
  }
  Step receive(const Octets& octets) {
    return client.receive({{kServer, 67}, {kBroadcastIp, 68}, octets}, now);
  }
  Step hear(Type type, const Edit& edit = {}) { return receive(reply(type, kNoJitter, edit)); }

  void select() {
    client.start(now);
    REQUIRE(wait().happened == Happened::Discover);
    REQUIRE(hear(Type::Offer).happened == Happened::Offer);
  }
  void bind() {
    select();
    REQUIRE(hear(Type::Ack).happened == Happened::Lease);
  }
  void renew() {
    bind();
    REQUIRE(wait().happened == Happened::Renewing);
  }
};

Lease stored_lease() {
  const auto octets = reply(Type::Ack, 1);
  return *read_lease(parsed(octets), kEnterprise);
}

}  // namespace

TEST_CASE("a telephone identifies itself in its DISCOVER", "[phone][P1][D-15]") {
  Bench bench;
  bench.client.start(bench.now);
  const auto step = bench.wait();
  REQUIRE(step.send);
  CHECK(step.send->source.is_zero());
  CHECK(step.send->destination == kBroadcastIp);
  const auto said = parsed(step.send->payload);
  CHECK(said.type() == Type::Discover);
  CHECK(said.header().mac() == kMac);
  CHECK(said.header().ciaddr.is_zero());
  CHECK(said.text(code::kVendorClass) == "ACME-SIP-T46");
  CHECK(said.number16(code::kMaxMessageSize) == 1500);
  CHECK_FALSE(said.option(code::kClientIdentifier));
  const auto asked = said.option(code::kParameterRequestList);
  REQUIRE(asked);
  for (const int wanted : {1, 3, 6, 42, 43, 51, 54, 58, 59, 66, 67, 120, 125, 150, 159})
    CHECK(std::count(asked->begin(), asked->end(), wanted) == 1);
}

TEST_CASE("a client identifier is sent where there is one", "[phone][D-13]") {
  Bench bench;
  bench.who.client_id = {0xff, 1, 2, 3};
  DhcpClient client{bench.who, 4s, [] { return kNoJitter; }};
  client.start(kStart);
  const auto step = client.tick(kStart);
  const auto said = parsed(step.send->payload);
  REQUIRE(said.option(code::kClientIdentifier));
  CHECK(said.option(code::kClientIdentifier)->size() == 4);
  SECTION("and a reply to another one is refused") {
    const auto other = reply(Type::Offer, kNoJitter, with(code::kClientIdentifier, {0xff, 9}));
    CHECK(client.receive({{}, {}, other}, kStart).happened == Happened::Ignored);
  }
}

TEST_CASE("DISCOVER is repeated after 4, 8, 16, 32, 64, 64 seconds", "[phone]") {
  Bench bench;
  bench.client.start(bench.now);
  for (const auto pause : {4s, 8s, 16s, 32s, 64s, 64s}) {
    CHECK(bench.wait().happened == Happened::Discover);
    CHECK(bench.client.deadline() - bench.now == pause);
  }
  SECTION("and before its time nothing happens") {
    const auto step = bench.client.tick(bench.client.deadline() - 1ns);
    CHECK(step.happened == Happened::Nothing);
    CHECK_FALSE(step.send);
  }
}

TEST_CASE("repetitions are spread by a second each way", "[phone]") {
  const auto [drawn, pause] = GENERATE(table<std::uint32_t, Duration>({{0, 3s}, {2000, 5s}}));
  Bench bench;
  bench.client.start(bench.now);
  bench.numbers = {drawn, kNoJitter};  // drawn from behind: the transaction, then the jitter
  (void)bench.wait();
  CHECK(bench.client.deadline() - bench.now == pause);
}

TEST_CASE("an offer is requested from the server that made it", "[phone][P7][D-8]") {
  Bench bench;
  bench.client.start(bench.now);
  (void)bench.wait();
  const auto step = bench.hear(Type::Offer);
  CHECK(step.happened == Happened::Offer);
  CHECK(bench.client.state() == State::Requesting);
  const auto said = parsed(step.send->payload);
  CHECK(said.type() == Type::Request);
  CHECK(said.address(code::kRequestedAddress) == kAddress);
  CHECK(said.address(code::kServerIdentifier) == kServer);
  CHECK(said.header().ciaddr.is_zero());
  CHECK(said.header().xid == kNoJitter);
  SECTION("the acknowledgement makes it a lease") {
    CHECK(bench.hear(Type::Ack).happened == Happened::Lease);
    CHECK(bench.client.state() == State::Bound);
    CHECK(bench.client.lease()->identity.ports.first == 24000);
    CHECK(bench.client.deadline() == bench.now + 500s);
  }
  SECTION("a refusal begins anew, after a pause") {
    CHECK(bench.hear(Type::Nak).happened == Happened::Nak);
    CHECK(bench.client.state() == State::Init);
    CHECK(bench.client.deadline() > bench.now);
  }
  SECTION("another server's acknowledgement or refusal is nothing") {
    const auto other = with(code::kServerIdentifier, {10, 0, 0, 9});
    CHECK(bench.hear(Type::Ack, other).happened == Happened::Ignored);
    CHECK(bench.hear(Type::Nak, other).happened == Happened::Ignored);
    CHECK(bench.client.state() == State::Requesting);
  }
  SECTION("four requests without an answer begin anew") {
    for (int i = 0; i < 3; ++i) CHECK(bench.wait().happened == Happened::Request);
    CHECK(bench.wait().happened == Happened::Unanswered);
    CHECK(bench.wait().happened == Happened::Discover);
  }
}

TEST_CASE("replies that are not for us are not even remarked on", "[phone]") {
  Bench bench;
  bench.client.start(bench.now);
  (void)bench.wait();
  const auto unremarked = [&](const Octets& octets) {
    const auto step = bench.receive(octets);
    return step.happened == Happened::Nothing && !step.send &&
           bench.client.state() == State::Selecting;
  };
  SECTION("of another transaction") { CHECK(unremarked(reply(Type::Offer, kNoJitter + 1))); }
  SECTION("for another telephone") {
    CHECK(unremarked(reply(Type::Offer, kNoJitter,
                           [](Builder& b) { b.header().set_mac("00:1b:2c:00:00:02"_mac); })));
  }
  SECTION("not a reply") {
    CHECK(unremarked(reply(Type::Offer, kNoJitter,
                           [](Builder& b) { b.header().op = wire::dhcp::Op::Request; })));
  }
  SECTION("not DHCP") { CHECK(unremarked({1, 2, 3})); }
  SECTION("cut anywhere") {
    const auto whole = reply(Type::Offer, kNoJitter);
    for (std::size_t size = 0; size < wire::dhcp::kHeaderSize; ++size)
      REQUIRE(unremarked({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}));
  }
}

TEST_CASE("an offer without our ports is left to others", "[phone][P6]") {
  Bench bench;
  bench.client.start(bench.now);
  (void)bench.wait();
  const auto step = bench.hear(Type::Offer, without(code::kVendorInformation));
  CHECK(step.happened == Happened::Ignored);
  CHECK_FALSE(step.why.empty());
  CHECK(bench.hear(Type::Offer).happened == Happened::Offer);
}

TEST_CASE("a lease is renewed from its server at T1", "[phone][D-8]") {
  Bench bench;
  bench.bind();
  const auto step = bench.wait();
  CHECK(step.happened == Happened::Renewing);
  CHECK(step.send->source == kAddress);
  CHECK(step.send->destination == kServer);
  const auto said = parsed(step.send->payload);
  CHECK(said.header().ciaddr == kAddress);
  CHECK_FALSE(said.option(code::kRequestedAddress));
  CHECK_FALSE(said.option(code::kServerIdentifier));
  CHECK(said.text(code::kVendorClass) == "ACME-SIP-T46");
  SECTION("and lives on from when it asked") {
    const Time asked = bench.now;
    bench.now = bench.now + 3s;
    CHECK(bench.hear(Type::Ack).happened == Happened::Renewed);
    CHECK(bench.client.deadline() == asked + 500s);
  }
  SECTION("repeated when half the time to T2 has gone") {
    CHECK(bench.client.deadline() - bench.now == Duration{375s} / 2);
    CHECK(bench.wait().happened == Happened::Renewing);
  }
  SECTION("a refusal loses it") {
    CHECK(bench.hear(Type::Nak).happened == Happened::Nak);
    CHECK_FALSE(bench.client.holds_lease());
  }
  SECTION("another server's acknowledgement is nothing") {
    const auto other = with(code::kServerIdentifier, {10, 0, 0, 9});
    CHECK(bench.hear(Type::Ack, other).happened == Happened::Ignored);
    CHECK(bench.client.state() == State::Renewing);
  }
  SECTION("another address is not a renewal") {
    const auto other = [](Builder& b) { b.header().yiaddr = Ipv4{0x0a000008}; };
    CHECK(bench.hear(Type::Ack, other).happened == Happened::Ignored);
  }
}

TEST_CASE("telephones that started together do not renew together", "[phone]") {
  Bench bench;
  bench.select();
  bench.numbers = {500};
  REQUIRE(bench.hear(Type::Ack).happened == Happened::Lease);
  const auto early = bench.now + 500s - bench.client.deadline();
  CHECK(early > 15s);
  CHECK(early < 16s);
}

TEST_CASE("from T2 any server may renew, until the lease ends", "[phone][D-8]") {
  Bench bench;
  bench.renew();
  (void)bench.wait_while(State::Renewing);
  CHECK(bench.client.state() == State::Rebinding);
  CHECK(bench.now == kStart + 875s);
  SECTION("another server takes over") {
    CHECK(bench.hear(Type::Ack, with(code::kServerIdentifier, {10, 0, 0, 9})).happened ==
          Happened::Renewed);
    CHECK(bench.client.lease()->server == "10.0.0.9"_ip);
  }
  SECTION("nobody answers") {
    CHECK(bench.wait_while(State::Rebinding).happened == Happened::Expired);
    CHECK(bench.now == kStart + 1000s);
    CHECK(bench.wait().happened == Happened::Discover);
  }
}

TEST_CASE("a request to rebind is broadcast", "[phone][D-8]") {
  Bench bench;
  bench.bind();
  bench.now = kStart + 900s;  // asleep over T1 and T2
  const auto step = bench.client.tick(bench.now);
  CHECK(step.happened == Happened::Rebinding);
  CHECK(step.send->source == kAddress);
  CHECK(step.send->destination == kBroadcastIp);
  CHECK(parsed(step.send->payload).header().ciaddr == kAddress);
}

TEST_CASE("a lease without end is never renewed", "[phone][D-10]") {
  Bench bench;
  bench.select();
  REQUIRE(bench.hear(Type::Ack, with(code::kLeaseTime, {255, 255, 255, 255})).happened ==
          Happened::Lease);
  CHECK(bench.client.deadline() == DhcpClient::kNever);
  SECTION("unless it is told to") {
    bench.client.renew_at(bench.now);
    CHECK(bench.client.tick(bench.now).happened == Happened::Renewing);
  }
}

TEST_CASE("a stored lease is asked for again after a restart", "[phone][P7][D-8]") {
  Bench bench;
  bench.client.start(stored_lease(), 600s, bench.now);
  CHECK_FALSE(bench.client.holds_lease());
  const auto step = bench.wait();
  CHECK(step.happened == Happened::Reboot);
  CHECK(step.send->destination == kBroadcastIp);
  const auto said = parsed(step.send->payload);
  CHECK(said.address(code::kRequestedAddress) == kAddress);
  CHECK_FALSE(said.option(code::kServerIdentifier));
  CHECK(said.header().ciaddr.is_zero());
  SECTION("granted") {
    CHECK(bench.hear(Type::Ack).happened == Happened::Lease);
    CHECK(bench.client.holds_lease());
  }
  SECTION("refused") {
    CHECK(bench.hear(Type::Nak).happened == Happened::Nak);
    CHECK(bench.wait().happened == Happened::Discover);
  }
  SECTION("a server that does not know it stays silent: it discovers after two requests") {
    CHECK(bench.wait().happened == Happened::Reboot);
    CHECK(bench.wait().happened == Happened::Unanswered);
    CHECK(bench.wait().happened == Happened::Discover);
    CHECK(bench.now == kStart + 12s);
  }
}

TEST_CASE("a released lease is told to its server and gone", "[phone][D-11]") {
  Bench bench;
  SECTION("nothing to release") {
    bench.client.start(bench.now);
    CHECK_FALSE(bench.client.release().send);
  }
  SECTION("a lease") {
    bench.bind();
    const auto step = bench.client.release();
    CHECK(step.happened == Happened::Released);
    CHECK(step.send->destination == kServer);
    const auto said = parsed(step.send->payload);
    CHECK(said.type() == Type::Release);
    CHECK(said.header().ciaddr == kAddress);
    CHECK(said.address(code::kServerIdentifier) == kServer);
    CHECK_FALSE(said.option(code::kRequestedAddress));
    CHECK_FALSE(bench.client.holds_lease());
    CHECK(bench.client.deadline() == DhcpClient::kNever);
  }
}

TEST_CASE("the longest names still fit the smallest datagram", "[phone]") {
  Bench bench;
  bench.who.vendor_class.assign(kMaxVendorClass, 'v');
  bench.who.client_id.assign(kMaxClientId, 7);
  DhcpClient client{bench.who, 4s, [] { return kNoJitter; }};
  client.start(stored_lease(), 600s, kStart);
  const auto step = client.tick(kStart);
  CHECK(step.send->payload.size() <= 548);
  CHECK(parsed(step.send->payload).header().file_name().empty());
}
