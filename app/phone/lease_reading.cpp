// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/lease_reading.hpp"

#include "app/phone/printable.hpp"
#include "wire/dhcp_options.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

namespace portico::phone {
namespace {

using wire::dhcp::Message;
namespace code = wire::dhcp::code;

constexpr std::uint8_t kSipByAddress = 1;   // RFC 3361 section 3.1
constexpr std::uint32_t kLeastLease_s = 4;  // below, T1 and T2 would fall together

bool is_host(Ipv4 a) {
  const auto first_octet = a.bits >> 24;
  return first_octet != 0 && first_octet != 127 && first_octet < 224;  // RFC 1122 section 3.2.1.3
}

std::vector<Ipv4> addresses_in(Bytes list) {
  std::vector<Ipv4> addresses;
  for (; list.size() >= 4; list = list.subspan(4))
    addresses.push_back({load_be<std::uint32_t>(list.data())});
  return addresses;
}

std::vector<Ipv4> addresses(const Message& message, std::uint8_t option) {
  const auto value = message.option(option);
  return value ? addresses_in(*value) : std::vector<Ipv4>{};
}

std::vector<Ipv4> sip_servers(const Message& message) {
  const auto value = message.option(code::kSipServers);
  if (!value || value->empty() || value->front() != kSipByAddress) return {};
  return addresses_in(value->subspan(1));
}

/// Without a mask the address stands alone, and everything goes by the router.
Result<std::uint8_t> prefix_length(const Message& message) {
  const std::uint32_t mask = message.number32(code::kSubnetMask).value_or(0xffffffff);
  const int length = std::countl_one(mask);
  if (length == 0 || std::popcount(mask) != length) return fail("a mask with holes", "option 1");
  return static_cast<std::uint8_t>(length);
}

/// T1 and T2 as offered, or the defaults of RFC 2131 section 4.4.5 where they make no sense.
void read_times(const Message& message, Lease& lease) {
  lease.renew_s = message.number32(code::kRenewalTime).value_or(0);
  lease.rebind_s = message.number32(code::kRebindingTime).value_or(0);
  const bool in_order =
      0 < lease.renew_s && lease.renew_s < lease.rebind_s && lease.rebind_s < lease.lease_s;
  if (in_order || lease.lease_s == kInfinite) return;
  lease.renew_s = lease.lease_s / 2;
  lease.rebind_s = lease.lease_s - std::max(lease.lease_s / 8, 1u);
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// Option 150 first, which lists addresses (RFC 5859), then 66 where it holds one, then siaddr.
Ipv4 firmware_server(const Message& message) {
  const auto servers = addresses(message, code::kTftpServers);
  if (!servers.empty() && is_host(servers.front())) return servers.front();
  if (const auto name = message.text(code::kTftpServerName)) {
    if (const auto address = parse_ipv4(*name); address && is_host(*address)) return *address;
  }
  const Ipv4 next = message.header().siaddr;
  return is_host(next) ? next : Ipv4{};
}

std::string firmware_file(const Message& message) {
  const std::string_view name =
      message.text(code::kBootFile).value_or(message.header().file_name());
  return is_file_name(name) ? std::string{name} : std::string{};
}

Result<void> read_vendor_information(const Message& message, std::uint32_t enterprise,
                                     Lease& lease) {
  const auto option = message.option(code::kVendorInformation);
  const auto part = option ? wire::dhcp::vendor_part(*option, enterprise) : std::nullopt;
  if (!part) return fail("nothing under the gateway's enterprise number", "option 125");
  const auto told = wire::dhcp::parse_settings(*part);
  if (!told) return fail("a broken list of sub-options", "option 125");
  if (!told->range || !told->range->is_valid() || told->range->first < kFirstUsablePort)
    return fail("no usable port range", "option 125");
  lease.identity = {told->public_address.value_or(Ipv4{}), told->tunnel_address.value_or(Ipv4{}),
                    *told->range};
  if (lease.identity.public_address.is_zero() && lease.identity.tunnel_address.is_zero())
    return fail("ports without an address to use them on", "option 125");
  lease.firmware.digest = told->firmware;
  lease.firmware.version = printable(told->version);
  return {};
}

Result<void> read_addresses(const Message& message, Lease& lease) {
  lease.address = message.header().yiaddr;
  if (!is_host(lease.address)) return fail("not an address of a host", "yiaddr");
  const auto length = prefix_length(message);
  if (!length) return fail(length.error());
  lease.prefix_length = *length;
  const auto routers = addresses(message, code::kRouters);
  if (!routers.empty() && is_host(routers.front())) lease.router = routers.front();
  lease.server = message.address(code::kServerIdentifier).value_or(Ipv4{});
  if (!is_host(lease.server)) return fail("no server identifier", "option 54");
  return {};
}

}  // namespace

Result<Lease> read_lease(const Message& message, std::uint32_t enterprise) {
  Lease lease;
  if (auto read = read_addresses(message, lease); !read) return fail(read.error());
  lease.lease_s = message.number32(code::kLeaseTime).value_or(0);
  if (lease.lease_s < kLeastLease_s) return fail("no lease time worth renewing", "option 51");
  read_times(message, lease);
  if (auto read = read_vendor_information(message, enterprise, lease); !read)
    return fail(read.error());
  lease.firmware.server = firmware_server(message);
  lease.firmware.file = firmware_file(message);
  lease.dns = addresses(message, code::kDns);
  lease.ntp = addresses(message, code::kNtp);
  lease.sip_servers = sip_servers(message);
  return lease;
}

}  // namespace portico::phone
