// SPDX-License-Identifier: BSD-3-Clause
// Writes a lease file with so many bound leases, by the store's own hand: phone i has the MAC
// 00:1b:2c:00:00:00 + i, the address 10.32.0.0 + i and the i-th range of 16 ports of 203.0.0.0/8,
// none below 1024. Each was granted as its own change, so that the history is as long.
#include "drivers/sqlite/lease_store.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace portico::bench {
namespace {

constexpr std::uint32_t kPorts = 16;
constexpr std::uint32_t kRangesAnAddress = (65536 - 1024) / kPorts;
constexpr std::uint32_t kBatch = 10000;
constexpr std::uint32_t kLease_s = 86400;

lease::Change granted(std::uint32_t phone, WallTime at) {
  lease::Change change;
  change.ticket = phone + 1;
  change.at = at;
  auto& lease = change.lease;
  lease.id = phone + 1;
  lease.mac = Mac::from_bits(0x001b2c000000 + phone);
  lease.client = std::string{"\0\1", 2};  // no option 61: htype and chaddr
  lease.client.append(lease.mac.octets.begin(), lease.mac.octets.end());
  lease.class_name = "acme";
  lease.vendor_class = "ACME-SIP-T46";
  lease.private_address = {0x0a200000 + phone};
  lease.public_address = {0xcb000000 + phone / kRangesAnAddress};
  lease.range = {static_cast<std::uint16_t>(1024 + phone % kRangesAnAddress * kPorts), kPorts};
  lease.granted = at;
  lease.until = {at.s + kLease_s};
  lease.lease_s = kLease_s;
  lease.epoch = 1;
  return change;
}

int complain(const Error& error) {
  return std::fprintf(stderr, "%s\n", to_string(error).c_str()), 1;
}

int run(const std::string& file, std::uint32_t phones) {
  auto store = sqlite::LeaseStore::open({.file = file});
  if (!store) return complain(store.error());
  if (const auto loaded = (*store)->load(); !loaded) return complain(loaded.error());
  const WallTime now{std::time(nullptr)};
  for (std::uint32_t phone = 0; phone < phones;) {
    std::vector<lease::Change> batch;
    for (; phone < phones && batch.size() < kBatch; ++phone) batch.push_back(granted(phone, now));
    const auto written = (*store)->commit(batch).and_then([&] { return (*store)->checkpoint(); });
    if (!written) return complain(written.error());
  }
  return 0;
}

}  // namespace
}  // namespace portico::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FILE LEASES\n", argv[0]);
    return 2;
  }
  return portico::bench::run(argv[1],
                             static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)));
}
