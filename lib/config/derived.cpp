// SPDX-License-Identifier: BSD-3-Clause
#include "config/derived.hpp"

#include <algorithm>
#include <charconv>

namespace portico::config {

AddressSpan leasable(const PrivatePool& pool) noexcept {
  const auto& network = pool.network;
  if (network.size() < 4) return {{1}, {0}};
  return {pool.first.value_or(Ipv4{network.first().bits + 2}),
          pool.last.value_or(Ipv4{network.last().bits - 1})};
}

bool is_attached(const PrivatePool& pool, const Network& lan) noexcept {
  const auto link = lan.address.network();
  return link.length <= pool.network.length && link.contains(pool.network.base);
}

std::optional<Ipv4> router_of(const PrivatePool& pool, const Network& lan) noexcept {
  if (pool.router) return pool.router;
  return is_attached(pool, lan) ? lan.address.address : pool.via;
}

std::vector<Ipv4> never_leased(const Config& config) {
  std::vector<Ipv4> taken{config.lan.address.address, config.wan.address.address};
  for (const auto& route : config.lan.routes) taken.push_back(route.via);
  taken.insert(taken.end(), config.lan.relays.begin(), config.lan.relays.end());
  for (const auto& pool : config.pools.private_pools) {
    if (pool.via) taken.push_back(*pool.via);
    if (pool.router) taken.push_back(*pool.router);
  }
  for (const auto& phone : config.phones.statics) taken.push_back(phone.private_address);
  std::sort(taken.begin(), taken.end());
  taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
  return taken;
}

std::optional<wire::Endpoint> parse_endpoint(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto address = parse_ipv4(text.substr(0, colon));
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!address || error != std::errc{} || end != digits.data() + digits.size() || port == 0)
    return std::nullopt;
  return wire::Endpoint{*address, port};
}

}  // namespace portico::config
