// SPDX-License-Identifier: BSD-3-Clause
// What the file leaves to defaults that depend on other keys, worked out in one place.
#pragma once

#include "base/addresses.hpp"
#include "config/model.hpp"
#include "wire/datagram.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace portico::config {

struct AddressSpan {
  Ipv4 first;
  Ipv4 last;
  [[nodiscard]] constexpr bool contains(Ipv4 a) const noexcept { return first <= a && a <= last; }
  [[nodiscard]] constexpr bool is_empty() const noexcept { return last < first; }
};

/// The addresses of a pool that may be leased, those of never_leased() aside. Empty if the network
/// is too small for any.
[[nodiscard]] AddressSpan leasable(const PrivatePool& pool) noexcept;

/// Phones of this pool share the LAN port's link; others are behind `via`.
[[nodiscard]] bool is_attached(const PrivatePool& pool, const Network& lan) noexcept;

/// Option 3 for phones of this pool; nothing: the pool is not attached and has neither key.
[[nodiscard]] std::optional<Ipv4> router_of(const PrivatePool& pool, const Network& lan) noexcept;

/// Addresses that no lease may have, in whichever pool they lie: the gateway's own, those of
/// routers and relays on the LAN side, and those of phones.static. Sorted, each once.
[[nodiscard]] std::vector<Ipv4> never_leased(const Config& config);

/// "127.0.0.1:8080"; a port of 1 to 65535.
[[nodiscard]] std::optional<wire::Endpoint> parse_endpoint(std::string_view text) noexcept;

}  // namespace portico::config
