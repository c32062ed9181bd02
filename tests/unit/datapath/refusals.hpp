// SPDX-License-Identifier: BSD-3-Clause
// That a frame is dropped: once, for its reason, without an answer, and the books balance.
#pragma once

#include <catch2/catch.hpp>

#include "tunnel_frames.hpp"
#include <string>

namespace portico::site {

using TunnelCount = stats::Counter tunnel::Counters::*;
inline constexpr TunnelCount kUncounted = nullptr;  ///< it is not known whose tunnel it was

/// A frame that an end must not take, and the one counter of the tunnel's that says so.
struct Refused {
  std::string what;
  support::Octets frame;
  stats::Drop why;
  TunnelCount counter = kUncounted;
};

/// `give` brings the frame to the end; `index`: of the tunnel that the counter is of.
template <class Give>
void check_refusal(TunnelEnd& end, const Refused& refused, const Give& give,
                   TunnelIndex index = 1) {
  CAPTURE(refused.what);
  const auto before = end.dropped(refused.why);
  const auto all_before = end.dropped();
  const auto counts_before = end.counters(index);
  CHECK(give(refused.frame).empty());
  CHECK(Hardware::get().lan.sent().empty());
  CHECK(Hardware::get().wan.sent().empty());
  CHECK(end.punted().empty());
  CHECK(end.dropped(refused.why) == before + 1);
  CHECK(end.dropped() == all_before + 1);
  CHECK(end.balanced());
  const auto counts = end.counters(index);
  for (const auto field : {&tunnel::Counters::replayed, &tunnel::Counters::integrity_failures,
                           &tunnel::Counters::malformed, &tunnel::Counters::bad_selectors})
    CHECK((counts.*field).value() ==
          (counts_before.*field).value() + (field == refused.counter ? 1 : 0));
}

/// From the Internet.
inline void check_refused_at_gateway(TunnelEnds& ends, const Refused& refused) {
  check_refusal(ends.gateway, refused, [&](const auto& f) { return ends.to_gateway(f); });
}
inline void check_refused_at_concentrator(TunnelEnds& ends, const Refused& refused) {
  check_refusal(ends.concentrator, refused, [&](const auto& f) { return ends.to_concentrator(f); });
}
/// From their LANs.
inline void check_refused_from_phone(TunnelEnds& ends, const Refused& refused) {
  check_refusal(ends.gateway, refused, [&](const auto& f) { return ends.from_phone(f); });
}
inline void check_refused_from_provider(TunnelEnds& ends, const Refused& refused,
                                        TunnelIndex index = 1) {
  check_refusal(
      ends.concentrator, refused, [&](const auto& f) { return ends.from_server(f); }, index);
}

}  // namespace portico::site
