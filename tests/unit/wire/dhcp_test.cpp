// SPDX-License-Identifier: BSD-3-Clause
#include "wire/dhcp.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <initializer_list>
#include <vector>

using namespace portico;
using namespace portico::wire::dhcp;

namespace {

using Octets = std::vector<std::uint8_t>;

/// The fixed part and the cookie of a BOOTREQUEST over Ethernet, every other field zero.
Octets fixed_part() {
  Octets m(240, 0);
  m[0] = 1;  // op
  m[1] = 1;  // htype
  m[2] = 6;  // hlen
  const Octets cookie{0x63, 0x82, 0x53, 0x63};
  std::ranges::copy(cookie, m.begin() + 236);
  return m;
}

Octets with_options(std::initializer_list<std::uint8_t> options) {
  auto m = fixed_part();
  m.insert(m.end(), options);
  m.shrink_to_fit();  // an exact-size heap copy: the sanitizer sees a read of one octet too many
  return m;
}

Message message_in(const Octets& octets) {
  auto result = Message::parse(octets);
  REQUIRE(std::holds_alternative<Message>(result));
  return std::get<Message>(std::move(result));
}

struct Held {
  Octets octets;
};

/// A message together with the octets that it refers to.
struct Accepted : Held, Message {
  explicit Accepted(Octets from) : Held{std::move(from)}, Message(message_in(Held::octets)) {}
  Accepted(const Accepted&) = delete;
  Accepted& operator=(const Accepted&) = delete;
};

Accepted accepted(Octets octets) { return Accepted(std::move(octets)); }

Malformed refused(const Octets& octets) {
  const auto result = Message::parse(octets);
  REQUIRE(std::holds_alternative<Malformed>(result));
  return std::get<Malformed>(result);
}

Octets octets_of(const Message& m, std::uint8_t code) {
  const auto value = m.option(code);
  REQUIRE(value);
  return {value->begin(), value->end()};
}

}  // namespace

TEST_CASE("every field of the fixed part is read from its place", "[wire][dhcp][D-1]") {
  auto m = with_options({53, 1, 1, 255});
  m[0] = 2;
  m[3] = 4;
  const Octets numbers{0x11, 0x22, 0x33, 0x44, 0x00, 0x05, 0x80, 0x00, 10, 0, 0, 1,
                       10,   0,    0,    2,    10,   0,    0,    3,    10, 0, 0, 4};
  std::ranges::copy(numbers, m.begin() + 4);
  const Octets mac{0x00, 0x1b, 0x2c, 0x00, 0x00, 0x01};
  std::ranges::copy(mac, m.begin() + 28);
  m[44] = 's';
  m[108] = 'f';
  const auto parsed = accepted(m);
  const auto& h = parsed.header();
  CHECK(h.op == Op::Reply);
  CHECK(h.hops == 4);
  CHECK(h.xid == 0x11223344);
  CHECK(h.secs == 5);
  CHECK(h.flags == kBroadcastFlag);
  CHECK(h.ciaddr == "10.0.0.1"_ip);
  CHECK(h.yiaddr == "10.0.0.2"_ip);
  CHECK(h.siaddr == "10.0.0.3"_ip);
  CHECK(h.giaddr == "10.0.0.4"_ip);
  CHECK(h.mac() == "00:1b:2c:00:00:01"_mac);
  CHECK(h.sname[0] == 's');
  CHECK(h.file_name() == "f");
}

TEST_CASE("bytes that are no DHCP message are refused with the reason", "[wire][dhcp][D-1]") {
  auto m = with_options({53, 1, 1, 255});
  SECTION("shorter than the fixed part and the cookie") {
    for (const std::size_t size : {0, 1, 235, 236, 239})
      CHECK(refused(Octets(m.begin(), m.begin() + static_cast<std::ptrdiff_t>(size))) ==
            Malformed::TooShort);
  }
  SECTION("longer than a UDP datagram carries") {
    m.resize(65508);
    CHECK(refused(m) == Malformed::TooLong);
  }
  SECTION("op neither request nor reply") {
    m[0] = 3;
    CHECK(refused(m) == Malformed::BadOp);
  }
  SECTION("a hardware address longer than chaddr") {
    m[2] = 17;
    CHECK(refused(m) == Malformed::BadHardware);
  }
  SECTION("no hardware type") {
    m[1] = 0;
    CHECK(refused(m) == Malformed::BadHardware);
  }
  SECTION("another cookie") {
    m[239] = 0x64;
    CHECK(refused(m) == Malformed::NoCookie);
  }
}

TEST_CASE("a hardware address may fill chaddr", "[wire][dhcp][D-1]") {
  auto m = with_options({255});
  m[2] = 16;
  CHECK(accepted(m).header().hlen == 16);
}

TEST_CASE("the option walk stays inside its field", "[wire][dhcp][D-2]") {
  SECTION("a code without a length") {
    CHECK(refused(with_options({53})) == Malformed::TruncatedOption);
  }
  SECTION("a value one octet beyond the end") {
    CHECK(refused(with_options({53, 1, 1, 12, 3, 'a', 'b'})) == Malformed::TruncatedOption);
  }
  SECTION("an empty value at the very end") {
    CHECK(octets_of(accepted(with_options({53, 1, 1, 80, 0})), 80).empty());
  }
  SECTION("pads are skipped, and what follows the end is not read") {
    const auto m = accepted(with_options({0, 0, 53, 1, 1, 0, 255, 12, 200}));
    CHECK(m.type() == Type::Discover);
    CHECK_FALSE(m.option(12));
  }
  SECTION("a missing end is tolerated") {
    CHECK(accepted(with_options({53, 1, 3})).type() == Type::Request);
  }
}

TEST_CASE("options that come in pieces are one value", "[wire][dhcp][D-2]") {
  const auto m = accepted(with_options(
      {12, 2, 'a', 'b', 53, 1, 1, 12, 1, 'c', 66, 1, 'x', 12, 1, 'd', 66, 1, 'y', 255}));
  CHECK(m.text(12) == "abcd");
  CHECK(m.text(66) == "xy");
  CHECK(m.type() == Type::Discover);
}

TEST_CASE("options may stand in file and sname as option 52 says", "[wire][dhcp][D-2]") {
  auto m = with_options({53, 1, 2, 12, 1, 'a', 52, 1, 3, 255});
  const Octets in_file{12, 1, 'b', 255, 'j', 'u', 'n', 'k'};
  const Octets in_sname{12, 1, 'c', 66, 1, 's', 255};
  std::ranges::copy(in_file, m.begin() + 108);
  std::ranges::copy(in_sname, m.begin() + 44);
  SECTION("joined in the order options, file, sname; the fields hold no names then") {
    const auto parsed = accepted(m);
    CHECK(parsed.text(12) == "abc");
    CHECK(parsed.text(66) == "s");
    CHECK_FALSE(parsed.option(52));
    CHECK(parsed.header().file_name().empty());
    CHECK(parsed.header().sname == Header{}.sname);
  }
  SECTION("1: only in file") {
    m[248] = 1;
    const auto parsed = accepted(m);
    CHECK(parsed.text(12) == "ab");
    CHECK(parsed.header().sname[0] == 12);
  }
  SECTION("2: only in sname") {
    m[248] = 2;
    CHECK(accepted(m).text(12) == "ac");
  }
  SECTION("an option that leaves file is malformed, though octets follow it") {
    std::fill_n(m.begin() + 108, 128, std::uint8_t{0});
    m[108 + 126] = 12;
    m[108 + 127] = 1;
    CHECK(refused(m) == Malformed::TruncatedOption);
  }
  SECTION("any other value of 52 is malformed") {
    for (const auto bad : Octets{0, 4, 255}) {
      m[248] = bad;
      CHECK(refused(m) == Malformed::BadOverload);
    }
  }
  SECTION("so are two of them") {
    CHECK(refused(with_options({52, 1, 1, 52, 1, 1, 255})) == Malformed::BadOverload);
  }
  SECTION("one inside file changes nothing") {
    const Octets nested{52, 1, 3, 12, 1, 'b', 255};
    std::ranges::copy(nested, m.begin() + 108);
    m[248] = 1;
    CHECK(accepted(m).text(12) == "ab");
  }
}

TEST_CASE("a value is given only in the length of its type", "[wire][dhcp]") {
  const auto m = accepted(with_options({50, 4, 10, 0, 0,  9, 51,   3,    0,  0, 1, 54, 5,  1,
                                        2,  3, 4,  5, 57, 2, 0x05, 0xdc, 58, 2, 0, 1,  255}));
  CHECK(m.address(50) == "10.0.0.9"_ip);
  CHECK_FALSE(m.number32(51));
  CHECK_FALSE(m.address(54));
  CHECK_FALSE(m.address(61));
  CHECK(m.number16(57) == 1500);
  CHECK_FALSE(m.number32(58));
  CHECK_FALSE(m.number16(50));
}

TEST_CASE("a message type is one octet of 1 to 8", "[wire][dhcp][D-1]") {
  CHECK_FALSE(accepted(with_options({255})).type());
  CHECK_FALSE(accepted(with_options({53, 1, 0, 255})).type());
  CHECK_FALSE(accepted(with_options({53, 1, 9, 255})).type());
  CHECK_FALSE(accepted(with_options({53, 0, 255})).type());
  CHECK_FALSE(accepted(with_options({53, 1, 1, 53, 1, 1, 255})).type());
  CHECK(accepted(with_options({53, 1, 8, 255})).type() == Type::Inform);
}

TEST_CASE("the NUL that some phones put behind a text is not part of it", "[wire][dhcp][D-15]") {
  CHECK(accepted(with_options({60, 4, 'A', 'C', 'M', 0, 255})).text(60) == "ACM");
  CHECK(accepted(with_options({60, 3, 'A', 0, 'B', 255})).text(60) == std::string_view("A\0B", 3));
  CHECK_FALSE(accepted(with_options({60, 2, 0, 0, 255})).text(60));
  CHECK_FALSE(accepted(with_options({60, 0, 255})).text(60));
}

TEST_CASE("the file field holds a name of up to 127 octets and its NUL", "[wire][dhcp]") {
  Header h;
  CHECK(h.set_file_name(std::string(127, 'f')));
  CHECK(h.file_name().size() == 127);
  CHECK_FALSE(h.set_file_name(std::string(128, 'f')));
  CHECK(h.set_file_name("short"));
  CHECK(h.file_name() == "short");
}
