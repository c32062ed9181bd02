// SPDX-License-Identifier: BSD-3-Clause
#include "wire/tftp.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace portico::wire::tftp;
using portico::Bytes;
using namespace std::string_view_literals;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

template <class T>
T parsed(const Octets& datagram) {
  const auto message = parse(datagram);
  REQUIRE(message);
  REQUIRE(std::holds_alternative<T>(*message));
  return std::get<T>(*message);
}

Octets copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("a request is an opcode, a file, a mode, each text ended by NUL", "[wire][X-1]") {
  const auto datagram = octets("\0\1phone/fw.bin\0octet\0"sv);
  const auto request = parsed<Request>(datagram);
  CHECK(request.kind == RequestKind::Read);
  CHECK(request.file == "phone/fw.bin");
  CHECK(request.mode == Mode::Octet);
  REQUIRE(request.options);
  CHECK(request.options->empty());
  const auto write = octets("\0\2a\0octet\0"sv);
  CHECK(parsed<Request>(write).kind == RequestKind::Write);
}

TEST_CASE("modes compare without case, an unknown one is told apart", "[wire][X-1]") {
  CHECK(parsed<Request>(octets("\0\1a\0OcTeT\0"sv)).mode == Mode::Octet);
  CHECK(parsed<Request>(octets("\0\1a\0NETASCII\0"sv)).mode == Mode::Netascii);
  CHECK(parsed<Request>(octets("\0\1a\0mail\0"sv)).mode == Mode::Mail);
  CHECK(parsed<Request>(octets("\0\1a\0binary\0"sv)).mode == Mode::Unknown);
  CHECK(parsed<Request>(octets("\0\1a\0\0"sv)).mode == Mode::Unknown);
}

TEST_CASE("options are pairs in any order and case; unknown ones are skipped", "[wire][X-6]") {
  const auto datagram = octets(
      "\0\1a\0octet\0WindowSize\0"
      "16\0multicast\0\0BLKSIZE\0"
      "1428\0tsize\0"
      "0\0timeout\0"
      "3\0"sv);
  const auto options = parsed<Request>(datagram).options;
  REQUIRE(options);
  CHECK(*options == Options{1428, 3, 0, 16});
}

TEST_CASE("an option given twice, or without a number, spoils the options alone", "[wire][X-6]") {
  for (const auto tail : {"blksize\0"
                          "512\0BlkSize\0"
                          "512\0"sv,
                          "tsize\0\0"sv, "tsize\0abc\0"sv, "tsize\0-1\0"sv,
                          "timeout\0"
                          "1s\0"sv,
                          "windowsize\0 4\0"sv}) {
    const auto datagram = octets(std::string{"\0\1a\0octet\0"sv}.append(tail));
    const auto request = parsed<Request>(datagram);
    CHECK_FALSE(request.options);
    CHECK(request.file == "a");
  }
}

TEST_CASE("a number too large to hold is the largest that is", "[wire][X-6]") {
  const auto request =
      parsed<Request>(octets("\0\1a\0octet\0blksize\0"
                             "99999999999999999999999\0"sv));
  REQUIRE(request.options);
  CHECK(request.options->blksize == 0xffffffffffffffffu);
}

TEST_CASE("what is cut short or empty is no message", "[wire][X-6]") {
  const auto cases = {
      ""sv,                              // nothing
      "\0"sv,                            // half an opcode
      "\0\0"sv,                          // opcode 0
      "\0\7\0\0"sv,                      // opcode 7
      "\1\1a\0octet\0"sv,                // opcode 257
      "\0\1"sv,                          // no file
      "\0\1\0octet\0"sv,                 // an empty file
      "\0\1fw.bin"sv,                    // the file without NUL
      "\0\1fw.bin\0octet"sv,             // the mode without NUL
      "\0\1fw.bin\0octet\0blksize"sv,    // an option's name without NUL
      "\0\1fw.bin\0octet\0blksize\0"sv,  // an option without value
      "\0\1fw.bin\0octet\0\0"
      "1\0"sv,             // an option without name
      "\0\3\0"sv,          // DATA without its number
      "\0\4\0"sv,          // ACK without its number
      "\0\5\0"sv,          // ERROR without its code
      "\0\6tsize\0"sv,     // OACK without value
      "\0\6tsize\0x\0"sv,  // OACK without number
  };
  for (const auto text : cases) CHECK_FALSE(parse(octets(text)));
}

TEST_CASE("a request has at most 512 octets", "[wire][X-6]") {
  const auto request_of = [](std::size_t size) {
    std::string text{"\0\1"sv};
    text.append(size - 9, 'f').append("\0octet\0"sv);
    return octets(text);
  };
  CHECK(parse(request_of(512)));
  CHECK_FALSE(parse(request_of(513)));
}

TEST_CASE("DATA carries any number of octets, none included", "[wire][X-2]") {
  const auto full = octets("\0\3\xff\xfehello"sv);
  const auto data = parsed<Data>(full);
  CHECK(data.block == 0xfffe);
  CHECK(copy(data.payload) == octets("hello"));
  CHECK(parsed<Data>(octets("\0\3\0\1"sv)).payload.empty());
}

TEST_CASE("an ACK may be padded, an ERROR may lack its NUL", "[wire][X-1]") {
  CHECK(parsed<Ack>(octets("\0\4\1\2"sv)).block == 0x0102);
  CHECK(parsed<Ack>(octets("\0\4\1\2padding"sv)).block == 0x0102);
  const auto bare = octets("\0\5\0\1not there"sv);
  CHECK(parsed<Error>(bare).message == "not there");
  const auto ended = octets("\0\5\0\1not there\0!"sv);
  CHECK(parsed<Error>(ended).message == "not there");
  CHECK(parsed<Error>(octets("\0\5\0\5"sv)).code == ErrorCode::UnknownTid);
}

TEST_CASE("an OACK holds the options that were accepted", "[wire][X-6]") {
  const auto ack =
      parsed<OptionAck>(octets("\0\6tsize\0"
                               "100\0"sv));
  CHECK(ack.options == Options{{}, {}, 100, {}});
  CHECK(parsed<OptionAck>(octets("\0\6"sv)).options.empty());
}

TEST_CASE("messages are built as the RFCs draw them", "[wire][X-1]") {
  CHECK(data_header(0x0102) == std::array<std::uint8_t, 4>{0, 3, 1, 2});
  CHECK(ack(0xffff) == std::array<std::uint8_t, 4>{0, 4, 0xff, 0xff});
  CHECK(copy(Packet::error(ErrorCode::NotFound, "no").bytes()) == octets("\0\5\0\1no\0"sv));
  CHECK(copy(Packet::option_ack({1428, 3, 200, 16}).bytes()) == octets("\0\6blksize\0"
                                                                       "1428\0timeout\0"
                                                                       "3\0tsize\0"
                                                                       "200\0windowsize\0"
                                                                       "16\0"sv));
  const auto request =
      Packet::request({RequestKind::Read, "fw.bin", Mode::Octet, Options{{}, {}, 0, {}}});
  REQUIRE(request);
  CHECK(copy(request->bytes()) == octets("\0\1fw.bin\0octet\0tsize\0"
                                         "0\0"sv));
}

TEST_CASE("an error's text is cut where the packet ends, or at a NUL", "[wire][X-8]") {
  const auto longest = Packet::error(ErrorCode::Undefined, std::string(2000, 'e'));
  CHECK(longest.bytes().size() == 512);
  CHECK(longest.bytes().back() == 0);
  CHECK(copy(Packet::error(ErrorCode::Undefined, "a\0b"sv).bytes()) == octets("\0\5\0\0a\0"sv));
}

TEST_CASE("a request that cannot be sent is not built", "[wire][X-6]") {
  CHECK_FALSE(Packet::request({RequestKind::Read, "", Mode::Octet, {}}));
  CHECK_FALSE(Packet::request({RequestKind::Read, "a\0b"sv, Mode::Octet, {}}));
  CHECK_FALSE(Packet::request({RequestKind::Read, "a", Mode::Unknown, {}}));
  const std::string longest(512 - 2 - 1 - 6, 'f');
  CHECK(Packet::request({RequestKind::Read, longest, Mode::Octet, {}})->bytes().size() == 512);
  CHECK_FALSE(Packet::request({RequestKind::Read, longest + "f", Mode::Octet, {}}));
  CHECK_FALSE(Packet::request({RequestKind::Read, longest, Mode::Octet, Options{512, {}, {}, {}}}));
}
