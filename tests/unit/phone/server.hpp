// SPDX-License-Identifier: BSD-3-Clause
// What a gateway would answer, as octets.
#pragma once

#include "wire/datagram.hpp"
#include "wire/dhcp.hpp"
#include "wire/dhcp_options.hpp"

#include <functional>
#include <variant>
#include <vector>

namespace portico::phone::test {

using Octets = std::vector<std::uint8_t>;
using wire::dhcp::Builder;
using wire::dhcp::Message;
using wire::dhcp::Type;
namespace code = wire::dhcp::code;

inline constexpr std::uint32_t kEnterprise = 32473;
inline const Mac kMac{{0x00, 0x1b, 0x2c, 0, 0, 1}};
inline const Ipv4 kServer{0x0a000001};
inline const Ipv4 kAddress{0x0a000007};

inline wire::dhcp::PhoneSettings settings() {
  return {.public_address = Ipv4{0xcb007101},
          .range = PortRange{24000, 64},
          .tunnel_address = std::nullopt,
          .firmware = Sha256{1, 2, 3},
          .version = "2.1"};
}

inline Octets option_125(const wire::dhcp::PhoneSettings& told) {
  Octets list;
  Octets option;
  wire::dhcp::append_settings(list, told);
  wire::dhcp::append_vendor_part(option, kEnterprise, list);
  return option;
}

/// `edit` has the last word on a reply that is right otherwise.
using Edit = std::function<void(Builder&)>;

inline Octets reply(Type type, std::uint32_t xid, const Edit& edit = {}) {
  Builder builder;
  wire::dhcp::Header header;
  header.op = wire::dhcp::Op::Reply;
  header.xid = xid;
  header.set_mac(kMac);
  if (type != Type::Nak) header.yiaddr = kAddress;
  builder.start(header);
  builder.add_number8(code::kMessageType, static_cast<std::uint8_t>(type));
  builder.add_address(code::kServerIdentifier, kServer);
  if (type != Type::Nak) {
    builder.add_number32(code::kLeaseTime, 1000);
    builder.add_number32(code::kSubnetMask, 0xffffff00);
    builder.add_address(code::kRouters, kServer);
    builder.add_address(code::kTftpServers, kServer);
    builder.add_text(code::kBootFile, "t46/firmware.bin");
    builder.add(code::kVendorInformation, option_125(settings()));
  }
  if (edit) edit(builder);
  const auto bytes = *builder.finish(1472);
  return {bytes.begin(), bytes.end()};
}

/// Puts an option in place of the one that is there.
inline Edit with(std::uint8_t option, Octets value) {
  return [option, value](Builder& b) {
    b.remove(option);
    b.add(option, value);
  };
}
inline Edit without(std::uint8_t option) {
  return [option](Builder& b) { b.remove(option); };
}

inline Message parsed(Bytes octets) { return std::get<Message>(Message::parse(octets)); }

}  // namespace portico::phone::test
