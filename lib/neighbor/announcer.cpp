// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/announcer.hpp"

namespace portico::neighbor {

void Announcer::start(Side side, const Interface& self, Time now) {
  std::erase_if(spans_, [side](const Span& s) { return s.side == side; });
  const Prefix network = self.address.network();
  for (const Prefix pool : self.also_own) {
    if (!pool.overlaps(network)) continue;
    const Prefix on_link = pool.length > network.length ? pool : network;
    spans_.push_back({side, on_link.first(), on_link.last()});
  }
  due_ = now;
}

std::optional<Time> Announcer::due() const noexcept {
  if (spans_.empty()) return std::nullopt;
  return due_;
}

Announcer::Address Announcer::take() noexcept {
  Span& span = spans_.back();
  const Address taken{span.side, span.next};
  if (span.next == span.last)
    spans_.pop_back();
  else
    ++span.next.bits;
  return taken;
}

}  // namespace portico::neighbor
