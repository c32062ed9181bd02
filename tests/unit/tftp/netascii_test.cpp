// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/netascii.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using portico::Bytes;
using portico::tftp::netascii_read;
using portico::tftp::netascii_skip;
using portico::tftp::NetasciiPlace;
using namespace std::string_view_literals;

namespace {

Bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string read(std::string_view file, NetasciiPlace& place, std::size_t room) {
  std::vector<std::uint8_t> octets(room);
  octets.resize(netascii_read(bytes(file), place, octets));
  return {octets.begin(), octets.end()};
}

}  // namespace

TEST_CASE("a line ends in CR LF, a lone CR becomes CR NUL", "[tftp][X-10]") {
  NetasciiPlace place;
  CHECK(read("one\ntwo\rthree\r\n", place, 100) == "one\r\ntwo\r\0three\r\0\r\n"sv);
  CHECK(read("one\ntwo\rthree\r\n", place, 100).empty());
}

TEST_CASE("a block may end between the two octets of a line's end", "[tftp][X-10]") {
  constexpr auto kFile = "a\nb\r"sv;
  NetasciiPlace place;
  CHECK(read(kFile, place, 2) == "a\r");
  CHECK(place == NetasciiPlace{1, true});
  CHECK(read(kFile, place, 3) == "\nb\r");
  CHECK(read(kFile, place, 3) == "\0"sv);
}

TEST_CASE("skipping leads to where reading leads", "[tftp][X-10]") {
  constexpr auto kFile = "\n\r\n\rabc\n\n"sv;
  for (std::size_t octets = 0; octets < 20; ++octets) {
    NetasciiPlace by_read;
    NetasciiPlace by_skip;
    static_cast<void>(read(kFile, by_read, octets));
    netascii_skip(bytes(kFile), by_skip, octets);
    CHECK(by_read == by_skip);
  }
}
