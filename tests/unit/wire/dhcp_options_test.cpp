// SPDX-License-Identifier: BSD-3-Clause
#include "wire/dhcp_options.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::wire::dhcp;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets copy(std::optional<Bytes> bytes) {
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}

const PhoneSettings kSettings{.public_address = Ipv4{0xcb007109},
                              .range = PortRange{24000, 64},
                              .tunnel_address = Ipv4{0x0a630001},
                              .firmware = Sha256{1, 2, 3},
                              .version = "7.2.1"};

}  // namespace

TEST_CASE("a sub-option is found by its code", "[wire][dhcp][D-16]") {
  const Octets list{1, 2, 'a', 'b', 5, 4, 10, 30, 0, 0, 2, 0};
  CHECK(copy(sub_option(list, relay::kCircuitId)) == Octets{'a', 'b'});
  CHECK(copy(sub_option(list, relay::kRemoteId)).empty());
  CHECK(sub_address(list, relay::kLinkSelection) == "10.30.0.0"_ip);
  CHECK_FALSE(sub_address(list, relay::kCircuitId));
  CHECK_FALSE(sub_option(list, relay::kServerIdOverride));
  CHECK(is_sub_option_list(list));
  CHECK(is_sub_option_list({}));
}

TEST_CASE("a list that ends inside a value is broken, and nothing is read there", "[wire][dhcp]") {
  for (const auto& list : {Octets{1}, Octets{1, 1}, Octets{2, 1, 'x', 1, 3, 'a', 'b'}}) {
    CHECK_FALSE(is_sub_option_list(list));
    CHECK_FALSE(sub_option(list, 1));
  }
}

TEST_CASE("option 125 holds one part for each enterprise", "[wire][dhcp][D-17]") {
  Octets option;
  append_vendor_part(option, 3561, Octets{1, 1, 'x'});
  append_vendor_part(option, 32473, Octets{2, 2, 'y', 'z'});
  CHECK(option == Octets{0, 0, 0x0d, 0xe9, 3, 1, 1, 'x', 0, 0, 0x7e, 0xd9, 4, 2, 2, 'y', 'z'});
  CHECK(copy(vendor_part(option, 32473)) == Octets{2, 2, 'y', 'z'});
  CHECK_FALSE(vendor_part(option, 9));
  option.pop_back();
  option.shrink_to_fit();
  CHECK_FALSE(vendor_part(option, 32473));
  CHECK(vendor_part(option, 3561));
  CHECK_FALSE(vendor_part(Octets{0, 0, 0, 9}, 9));
}

TEST_CASE("option 124 holds texts with a length each", "[wire][dhcp][D-17]") {
  const Octets option{0, 0, 0x7e, 0xd9, 5, 4, 'A', 'C', 'M', 'E'};
  CHECK(copy(first_vendor_class(*vendor_part(option, 32473))) == Octets{'A', 'C', 'M', 'E'});
  CHECK_FALSE(first_vendor_class({}));
  CHECK_FALSE(first_vendor_class(Octets{2, 'A'}));
}

TEST_CASE("port parameters are offset 0 and the PSID left-aligned", "[wire][dhcp][P-6]") {
  const PortRange range{0x3400, 256};
  CHECK(port_parameters(range) == std::array<std::uint8_t, 4>{0x00, 0x08, 0x34, 0x00});
  CHECK(parse_port_parameters(port_parameters(range)) == range);
  const PortRange one{5061, 1};
  CHECK(parse_port_parameters(port_parameters(one)) == one);
  CHECK_FALSE(parse_port_parameters(Octets{6, 8, 0x34, 0}));
  CHECK_FALSE(parse_port_parameters(Octets{0, 17, 0x34, 0}));
  CHECK_FALSE(parse_port_parameters(Octets{0, 1, 0x80, 0}));
  CHECK_FALSE(parse_port_parameters(Octets{0, 8, 0x34}));
}

TEST_CASE("a phone's settings read back as they were written", "[wire][dhcp][P6]") {
  Octets list;
  append_settings(list, kSettings);
  CHECK(Octets(list.begin(), list.begin() + 18) ==
        Octets{1, 4, 203, 0, 113, 9, 2, 4, 0x5d, 0xc0, 0x5d, 0xff, 3, 4, 10, 99, 0, 1});
  CHECK(parse_settings(list) == kSettings);
}

TEST_CASE("settings that are not there are not written", "[wire][dhcp][P6]") {
  Octets list;
  append_settings(list, {});
  CHECK(list.empty());
  CHECK(parse_settings(list) == PhoneSettings{});
}

TEST_CASE("a version is cut to what one vendor's part can hold", "[wire][dhcp]") {
  auto settings = kSettings;
  settings.version = std::string(300, 'v');
  Octets list;
  append_settings(list, settings);
  CHECK(list.size() == 255);
  CHECK(parse_settings(list)->version == std::string(255 - 18 - 34 - 2, 'v'));
}

TEST_CASE("settings of a wrong length are refused, unknown ones skipped", "[wire][dhcp]") {
  for (const auto& bad :
       {Octets{1, 3, 1, 2, 3}, Octets{2, 3, 1, 2, 3}, Octets{2, 4, 0x5d, 0xff, 0x5d, 0xc0},
        Octets{2, 4, 0x5d, 0xc0, 0x5d, 0xfe}, Octets{2, 4, 0, 0, 0xff, 0xff}, Octets{4, 1, 0},
        Octets{5, 2, 'v'}})
    CHECK_FALSE(parse_settings(bad));
  CHECK(parse_settings(Octets{77, 1, 0, 5, 1, 'v'})->version == "v");
}
