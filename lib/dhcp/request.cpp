// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/request.hpp"

#include "wire/dhcp_options.hpp"

#include <algorithm>

namespace portico::dhcp {
namespace {

namespace code = wire::dhcp::code;

void copy_option(std::vector<std::uint8_t>& to, const wire::dhcp::Message& message,
                 std::uint8_t option) {
  const auto value = message.option(option).value_or(Bytes{});
  to.assign(value.begin(), value.end());
}

}  // namespace

void Request::read(const wire::dhcp::Message& message, Ipv4 our_address, std::uint16_t mtu) {
  header = message.header();
  header.sname.fill(0);
  header.file.fill(0);
  copy_option(parameters, message, code::kParameterRequestList);
  copy_option(client_identifier, message, code::kClientIdentifier);
  copy_option(relay_information, message, code::kRelayInformation);
  // RFC 5107 section 4. The Book answers for trusted relays only.
  server = wire::dhcp::sub_address(relay_information, wire::dhcp::relay::kServerIdOverride)
               .value_or(our_address);
  const auto asked = message.number16(code::kMaxMessageSize).value_or(0);
  const auto datagram = std::min(std::max(asked, wire::dhcp::kLeastMaxDatagram), mtu);
  max_size = datagram - wire::dhcp::kIpUdpSize;
}

}  // namespace portico::dhcp
