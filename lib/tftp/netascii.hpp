// SPDX-License-Identifier: BSD-3-Clause
// A file of ours as netascii (RFC 1350 section 1, RFC 764): a line ends in CR LF, and a CR that
// ends none is CR NUL.
#pragma once

#include "base/endian.hpp"

#include <cstddef>

namespace portico::tftp {

/// A place in the converted text. It may lie between the two octets that stand for one of the file.
struct NetasciiPlace {
  std::size_t offset = 0;  ///< in the file
  bool between = false;    ///< the CR is out, its LF or NUL is not

  friend bool operator==(NetasciiPlace, NetasciiPlace) = default;
};

/// Fills `room` from `place` on and moves `place` behind what it wrote. Fewer octets than there is
/// room for: the text is at its end.
[[nodiscard]] std::size_t netascii_read(Bytes file, NetasciiPlace& place,
                                        MutableBytes room) noexcept;
/// Moves `place` as a read of `octets` would.
void netascii_skip(Bytes file, NetasciiPlace& place, std::size_t octets) noexcept;

}  // namespace portico::tftp
