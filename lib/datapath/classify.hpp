// SPDX-License-Identifier: BSD-3-Clause
// What a received frame is: malformed, ours, or to be translated. No DPDK here: arbitrary octets go
// in, a verdict comes out.
#pragma once

#include "base/endian.hpp"
#include "concentrator/blocks.hpp"
#include "datapath/lanes.hpp"
#include "datapath/link.hpp"
#include "datapath/note.hpp"
#include "nappt/bindings.hpp"

namespace portico::datapath {

/// Lane::Outbound and Lane::Inbound: what lies behind the link's header may be a nappt::Packet.
/// Lane::Outer: behind it is an IP packet without options, ESP, IPIP, or UDP with a right length.
/// Lane::Punt: `note` says what it is.
[[nodiscard]] Verdict classify(const Links& links, const nappt::Bindings& bindings, Side side,
                               MutableBytes frame, Note& note) noexcept;
/// The same of a frame that the concentrator received; there is no Lane::Outbound.
[[nodiscard]] Verdict classify(const Links& links, const concentrator::Blocks& blocks, Side side,
                               MutableBytes frame, Note& note) noexcept;

}  // namespace portico::datapath
