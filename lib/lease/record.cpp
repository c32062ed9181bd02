// SPDX-License-Identifier: BSD-3-Clause
#include "lease/record.hpp"

#include "base/octets.hpp"

namespace portico::lease {
namespace {

constexpr std::uint8_t kVersion = 1;

Lease read_lease(OctetReader& reader) {
  Lease lease;
  lease.id = reader.number<std::uint64_t>();
  lease.epoch = reader.number<std::uint64_t>();
  lease.mac = reader.mac();
  lease.private_address = reader.address();
  lease.public_address = reader.address();
  lease.tunnel_address = reader.address();
  lease.relay = reader.address();
  lease.range.first = reader.number<std::uint16_t>();
  lease.range.size = reader.number<std::uint16_t>();
  lease.state = static_cast<State>(reader.number<std::uint8_t>());
  lease.granted = reader.time();
  lease.until = reader.time();
  lease.lease_s = reader.number<std::uint32_t>();
  lease.client = reader.text();
  lease.class_name = reader.text();
  lease.vendor_class = reader.text();
  return lease;
}

bool makes_sense(const Lease& lease) noexcept {
  return lease.state <= State::Remembered && (lease.range.size == 0 || lease.range.is_valid());
}

}  // namespace

std::vector<std::uint8_t> encode(const Lease& lease) {
  OctetWriter writer;
  writer.number(kVersion);
  writer.number(lease.id);
  writer.number(lease.epoch);
  writer.mac(lease.mac);
  for (const Ipv4 address :
       {lease.private_address, lease.public_address, lease.tunnel_address, lease.relay})
    writer.number(address.bits);
  writer.number(lease.range.first);
  writer.number(lease.range.size);
  writer.number(static_cast<std::uint8_t>(lease.state));
  writer.time(lease.granted);
  writer.time(lease.until);
  writer.number(lease.lease_s);
  writer.text(lease.client);
  writer.text(lease.class_name);
  writer.text(lease.vendor_class);
  return std::move(writer).with_checksum();
}

std::optional<Lease> decode(Bytes record) {
  const auto body = without_checksum(record);
  if (!body) return std::nullopt;
  OctetReader reader{*body};
  if (reader.number<std::uint8_t>() != kVersion) return std::nullopt;
  const Lease lease = read_lease(reader);
  if (!reader.at_end() || !makes_sense(lease)) return std::nullopt;
  return lease;
}

}  // namespace portico::lease
