// SPDX-License-Identifier: BSD-3-Clause
// phones.static: devices whose binding stands in the file must fit into the same pools as leases.
#include "config/place.hpp"
#include "config/problems.hpp"
#include "ports/port_span.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace portico::config {
namespace {

PortRange range_of(const StaticPhone& phone) noexcept {
  return {phone.first_port, static_cast<std::uint16_t>(phone.ports)};
}

const PublicPool* find_pool(const Config& config, Ipv4 address, Identity identity) {
  for (const auto& pool : config.pools.public_pools)
    if (pool.identity == identity && pool.addresses.contains(address)) return &pool;
  return nullptr;
}

void check_range(const Config& config, const StaticPhone& phone,
                 std::initializer_list<const PublicPool*> pools, const std::string& place,
                 Problems& problems) {
  if (!range_of(phone).is_valid())
    return problems.add(place + "/ports",
                        "must be a power of two, and first_port a multiple of it");
  auto reserved = config.phones.reserved_ports;
  for (const auto* pool : pools)
    if (pool) reserved.insert(reserved.end(), pool->reserved.begin(), pool->reserved.end());
  problems.add_if(ports::touches_reserved(range_of(phone), reserved), place + "/first_port",
                  "its range touches reserved ports");
}

void check_identities(const Config& config, const StaticPhone& phone, const std::string& place,
                      Problems& problems) {
  const PublicPool* direct = nullptr;
  const PublicPool* tunnel = nullptr;
  problems.add_if(!phone.public_address && !phone.tunnel_address, place,
                  "must have a public_address or a tunnel_address");
  if (phone.public_address) {
    direct = find_pool(config, *phone.public_address, Identity::Direct);
    problems.add_if(!direct, place + "/public_address",
                    to_string(*phone.public_address) + " is in no direct pool");
  }
  if (phone.tunnel_address) {
    tunnel = find_pool(config, *phone.tunnel_address, Identity::Tunnel);
    problems.add_if(!tunnel, place + "/tunnel_address",
                    to_string(*phone.tunnel_address) + " is in no tunnel pool");
  }
  check_range(config, phone, {direct, tunnel}, place, problems);
}

void check_private_side(const Config& config, const StaticPhone& phone, const std::string& place,
                        Problems& problems) {
  const auto link = config.lan.address.network();
  const auto& pools = config.pools.private_pools;
  const auto address = phone.private_address;
  const bool pooled = std::any_of(pools.begin(), pools.end(), [&](const PrivatePool& pool) {
    return is_usable_in(pool.network, address);
  });
  problems.add_if(!pooled, place + "/private_address",
                  to_string(address) + " is not a host of a private pool's network");
  problems.add_if(address == config.lan.address.address, place + "/private_address",
                  to_string(address) + " is the gateway's own");
  problems.add_if(!phone.via && !link.contains(address), place + "/via",
                  "is missing: " + to_string(address) + " is not on the LAN's link");
  problems.add_if(phone.via && link.contains(address), place + "/via",
                  "must not be given: " + to_string(address) + " is on the LAN's link");
  problems.add_if(
      phone.via && (!is_usable_in(link, *phone.via) || *phone.via == config.lan.address.address),
      place + "/via", "must be a router on the LAN's link");
  problems.add_if(phone.mac.is_zero() || phone.mac.is_group(), place + "/mac",
                  to_string(phone.mac) + " is not a device's address");
}

/// The ranges of each address, to find two that overlap.
class RangesSeen {
 public:
  /// False: overlaps one seen before.
  [[nodiscard]] bool insert(Ipv4 address, PortRange range) {
    auto& ranges = by_address_[address];
    const auto next = ranges.lower_bound(range);
    const bool overlaps = (next != ranges.end() && next->overlaps(range)) ||
                          (next != ranges.begin() && std::prev(next)->overlaps(range));
    ranges.insert(range);
    return !overlaps;
  }

 private:
  std::map<Ipv4, std::set<PortRange>> by_address_;
};

}  // namespace

void check_statics(const Config& config, Problems& problems) {
  std::set<Ipv4> addresses;
  RangesSeen ranges;
  for (std::size_t i = 0; i < config.phones.statics.size(); ++i) {
    const auto& phone = config.phones.statics[i];
    const auto place = under("/phones/static", i);
    check_private_side(config, phone, place, problems);
    check_identities(config, phone, place, problems);
    problems.add_if(!addresses.insert(phone.private_address).second, place + "/private_address",
                    to_string(phone.private_address) + " is another entry's already");
    for (const auto& address : {phone.public_address, phone.tunnel_address})
      problems.add_if(address && !ranges.insert(*address, range_of(phone)), place + "/first_port",
                      "its range overlaps another entry's");
  }
}

}  // namespace portico::config
