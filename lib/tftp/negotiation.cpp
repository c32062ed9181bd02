// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/negotiation.hpp"

#include <algorithm>

namespace portico::tftp {

using namespace wire::tftp;

std::variant<Terms, Refusal> negotiate(const Options& asked, Mode mode, std::size_t file_size,
                                       const Limits& limits) {
  if (asked.blksize && *asked.blksize < kMinBlksize)
    return Refusal{ErrorCode::OptionNegotiation, "blksize must be 8 or more"};
  if (asked.windowsize && *asked.windowsize < 1)
    return Refusal{ErrorCode::OptionNegotiation, "windowsize must be 1 or more"};
  Terms terms;
  terms.timeout = limits.timeout;
  if (asked.blksize) {
    const auto most = std::min<std::uint64_t>(kMaxBlksize, limits.mtu - kOverhead);
    terms.accepted.blksize = std::min(*asked.blksize, most);
    terms.blksize = static_cast<std::uint16_t>(*terms.accepted.blksize);
  }
  if (asked.windowsize) {
    const auto most = std::min<std::uint64_t>(kWindowLimit, limits.max_windowsize);
    terms.accepted.windowsize = std::min(*asked.windowsize, most);
    terms.windowsize = static_cast<std::uint16_t>(*terms.accepted.windowsize);
  }
  if (asked.timeout_s && *asked.timeout_s >= kMinTimeout && *asked.timeout_s <= kMaxTimeout) {
    terms.accepted.timeout_s = asked.timeout_s;
    terms.timeout = std::chrono::seconds{*asked.timeout_s};
  }
  if (asked.tsize && mode == Mode::Octet) terms.accepted.tsize = file_size;
  return terms;
}

}  // namespace portico::tftp
