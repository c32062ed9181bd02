// SPDX-License-Identifier: BSD-3-Clause
// What servers may send to a telephone. The first octet chooses: a DHCP reply to a client that
// waits for one, TFTP datagrams to a read under way, or a lease file. Datagrams are length and
// octets.
#include "app/phone/dhcp_client.hpp"
#include "app/phone/lease_file.hpp"
#include "app/phone/tftp_client.hpp"
#include "base/expects.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace {

using namespace portico;
using namespace portico::phone;

constexpr std::uint32_t kXid = 0x01020304;
const Mac kMac{{0x00, 0x1b, 0x2c, 0, 0, 1}};
const Ipv4 kServer{0x0a000001};

/// The next datagram in a copy of its own size; at the end of the input, nothing.
std::optional<std::vector<std::uint8_t>> next(Bytes& input) {
  if (input.size() < 2) return std::nullopt;
  const std::size_t size =
      std::min<std::size_t>(load_be<std::uint16_t>(&input[0]), input.size() - 2);
  std::vector<std::uint8_t> datagram(input.begin() + 2,
                                     input.begin() + 2 + static_cast<std::ptrdiff_t>(size));
  input = input.subspan(2 + size);
  return datagram;
}

/// Gives every reply the transaction and address that the client waits for, or nothing would pass.
void make_ours(std::vector<std::uint8_t>& reply) {
  if (reply.size() < 34) return;
  store_be(&reply[4], kXid);
  std::copy(kMac.octets.begin(), kMac.octets.end(), reply.begin() + 28);
}

void dhcp(Bytes input) {
  const Client who{.mac = kMac,
                   .vendor_class = "ACME",
                   .client_id = {},
                   .enterprise = 32473,
                   .max_datagram = 1500};
  DhcpClient client{who, 4s, [] { return kXid; }};
  Time now{1};
  client.start(now);
  (void)client.tick(now);
  while (auto reply = next(input)) {
    make_ours(*reply);
    (void)client.receive({{kServer, 67}, {kBroadcastIp, 68}, *reply}, now);
    expects(!client.holds_lease() || client.lease()->identity.ports.is_valid());
    expects(client.state() <= State::Selecting || client.lease().has_value());
    if (client.deadline() == DhcpClient::kNever) continue;
    now = client.deadline();
    (void)client.tick(now);
  }
}

void tftp(Bytes input) {
  constexpr std::size_t kMost = 100000;
  TftpClient client{{.server = kServer, .file = "f", .max_octets = kMost}};
  const Time now{1};
  (void)client.start(now);
  while (const auto datagram = next(input)) {
    (void)client.receive({{kServer, 5000}, {}, *datagram}, now);
    expects(client.octets().size() <= kMost);
  }
}

void lease_file(Bytes input) {
  const auto read = parse_lease_file({reinterpret_cast<const char*>(input.data()), input.size()});
  if (read) expects(parse_lease_file(to_json(*read)) == read, "what is read can be written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest{data + 1, size - 1};
  if (data[0] % 3 == 0) dhcp(rest);
  if (data[0] % 3 == 1) tftp(rest);
  if (data[0] % 3 == 2) lease_file(rest);
  return 0;
}
