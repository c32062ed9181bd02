// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/netascii.hpp"

namespace portico::tftp {
namespace {

constexpr std::uint8_t kCr = '\r';
constexpr std::uint8_t kLf = '\n';

/// The octet at `place`, which is not the end.
std::uint8_t take(Bytes file, NetasciiPlace& place) noexcept {
  const auto octet = file[place.offset];
  if (!place.between && (octet == kLf || octet == kCr)) {
    place.between = true;
    return kCr;
  }
  const bool after_cr = place.between;
  place = {place.offset + 1, false};
  return after_cr && octet == kCr ? std::uint8_t{0} : octet;
}

}  // namespace

std::size_t netascii_read(Bytes file, NetasciiPlace& place, MutableBytes room) noexcept {
  std::size_t written = 0;
  while (written < room.size() && place.offset < file.size()) room[written++] = take(file, place);
  return written;
}

void netascii_skip(Bytes file, NetasciiPlace& place, std::size_t octets) noexcept {
  for (; octets > 0 && place.offset < file.size(); --octets) static_cast<void>(take(file, place));
}

}  // namespace portico::tftp
