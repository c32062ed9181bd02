// SPDX-License-Identifier: BSD-3-Clause
#include "wire/dhcp.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::wire::dhcp;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets built(Builder& builder, std::size_t max_size = 548) {
  const auto payload = builder.finish(max_size);
  REQUIRE(payload);
  REQUIRE(payload->size() <= max_size);
  return {payload->begin(), payload->end()};
}

Octets slice(const Octets& octets, std::size_t at, std::size_t size) {
  return {octets.begin() + static_cast<std::ptrdiff_t>(at),
          octets.begin() + static_cast<std::ptrdiff_t>(at + size)};
}

Message parsed(const Octets& octets) {
  auto result = Message::parse(octets);
  REQUIRE(std::holds_alternative<Message>(result));
  return std::get<Message>(std::move(result));
}

}  // namespace

TEST_CASE("options are written in the order they were added", "[wire][dhcp][D-12]") {
  Builder b;
  b.start({});
  b.add_number8(53, 1);
  b.add_text(60, "ACME");
  b.add_address(50, "10.0.0.9"_ip);
  b.add_number16(57, 1500);
  b.add_number32(51, 3600);
  const Octets options{53, 1, 1,  60, 4,    'A',  'C', 'M', 'E', 50, 4,    10,   0,
                       0,  9, 57, 2,  0x05, 0xdc, 51,  4,   0,   0,  0x0e, 0x10, 255};
  CHECK(slice(built(b), 240, options.size()) == options);
}

TEST_CASE("a message is padded with zeros to 300 octets and no further", "[wire][dhcp][D-3]") {
  Builder b;
  b.start({});
  b.add_number8(53, 1);
  const auto small = built(b);
  CHECK(small.size() == 300);
  CHECK(std::all_of(small.begin() + 244, small.end(), [](auto octet) { return octet == 0; }));
  b.add(12, Octets(100, 'x'));
  CHECK(built(b).size() == 240 + 3 + 102 + 1);
}

TEST_CASE("what was written reads back, request or reply", "[wire][dhcp][D-1]") {
  Header h{.op = Op::Reply, .hops = 3, .xid = 0xdeadbeef, .secs = 7, .flags = kBroadcastFlag};
  h.ciaddr = "10.0.0.1"_ip;
  h.yiaddr = "10.0.0.2"_ip;
  h.siaddr = "10.0.0.3"_ip;
  h.giaddr = "10.0.0.4"_ip;
  h.set_mac("00:1b:2c:00:00:01"_mac);
  h.sname[0] = 's';
  REQUIRE(h.set_file_name("phone.bin"));
  Builder b;
  b.start(h);
  b.add_number8(53, 5);
  const auto octets = built(b);
  CHECK(parsed(octets).header() == h);
  CHECK(parsed(octets).type() == Type::Ack);
}

TEST_CASE("a value longer than 255 octets is split and reads back whole", "[wire][dhcp][D-2]") {
  Octets value(600);
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(i);
  Builder b;
  b.start({});
  b.add(125, value);
  const auto octets = built(b, 1472);
  CHECK(octets[240] == 125);
  CHECK(octets[241] == 255);
  CHECK(octets[240 + 257] == 125);
  CHECK(octets[240 + 257 + 257 + 1] == 90);
  const auto message = parsed(octets);
  CHECK(std::ranges::equal(*message.option(125), value));
}

TEST_CASE("sname and file are taken for options when the message is full", "[wire][dhcp][D-2]") {
  Builder b;
  b.start({});
  b.add_number8(53, 2);
  b.add(12, Octets(40, 'a'));
  b.add(15, Octets(100, 'b'));
  b.add(17, Octets(50, 'c'));
  SECTION("not while everything fits") {
    const auto octets = built(b);
    CHECK(octets[108] == 0);
  }
  SECTION("each option whole in the first place that has room") {
    const auto octets = built(b, 300);
    CHECK(octets[240] == 53);
    CHECK(octets[243] == 12);
    CHECK(octets[108] == 15);
    CHECK(octets[44] == 17);
    CHECK(slice(octets, 285, 4) == Octets{52, 1, 3, 255});
    const auto message = parsed(octets);
    CHECK(message.text(12) == std::string(40, 'a'));
    CHECK(message.text(15) == std::string(100, 'b'));
    CHECK(message.text(17) == std::string(50, 'c'));
  }
  SECTION("not a field that holds a name") {
    REQUIRE(b.header().set_file_name("phone.bin"));
    CHECK_FALSE(b.finish(300));
    b.remove(15);
    const auto octets = built(b, 300);
    CHECK(slice(octets, 285, 4) == Octets{52, 1, 2, 255});
    CHECK(parsed(octets).header().file_name() == "phone.bin");
    CHECK(parsed(octets).text(17) == std::string(50, 'c'));
  }
}

TEST_CASE("an option that fits nowhere whole is spread over the places", "[wire][dhcp][D-2]") {
  Octets value(200);
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(i);
  Builder b;
  b.start({});
  b.add(43, value);
  const auto octets = built(b, 300);
  const auto message = parsed(octets);
  CHECK(std::ranges::equal(*message.option(43), value));
  CHECK(octets[108] == 43);
  CHECK(octets[44] == 43);
}

TEST_CASE("what does not fit at all is not written", "[wire][dhcp][D-3]") {
  Builder b;
  b.start({});
  b.add(43, Octets(400, 'x'));
  CHECK_FALSE(b.finish(300));
  CHECK(b.finish(548));
  b.remove(43);
  CHECK_FALSE(b.has(43));
  CHECK(b.finish(300));
}

TEST_CASE("option 82 is last before the end and never in sname or file", "[wire][dhcp][D-16]") {
  const Octets circuit{1, 4, 'e', 't', 'h', '7'};
  Builder b;
  b.start({});
  b.set_relay_information(circuit);
  b.add_number8(53, 2);
  SECTION("behind an option added after it") {
    CHECK(slice(built(b), 240, 12) == Octets{53, 1, 2, 82, 6, 1, 4, 'e', 't', 'h', '7', 255});
  }
  SECTION("behind option 52 in a full message") {
    b.add(12, Octets(100, 'a'));
    b.add(15, Octets(40, 'b'));
    const auto octets = built(b, 300);
    CHECK(octets[108] == 12);
    CHECK(slice(octets, 240 + 3 + 42, 12) ==
          Octets{52, 1, 1 + 2, 82, 6, 1, 4, 'e', 't', 'h', '7', 255});
  }
  SECTION("one that leaves no room for itself: no message") {
    b.set_relay_information(Octets(80, 'x'));
    CHECK_FALSE(b.finish(300));
  }
  SECTION("not in the next message") {
    b.start({});
    CHECK(built(b)[240] == 255);
  }
}
