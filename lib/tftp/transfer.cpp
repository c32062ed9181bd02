// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/transfer.hpp"

#include <algorithm>
#include <utility>

namespace portico::tftp {

using namespace wire::tftp;

Transfer::Transfer(Served file, Mode mode, const Terms& terms)
    : image_(std::move(file.image)),
      accepted_(terms.accepted),
      blksize_(terms.blksize),
      windowsize_(terms.windowsize),
      wrap_(file.wrap),
      mode_(mode),
      opening_(!terms.accepted.empty()) {}

std::optional<Transfer::Block> Transfer::next(MutableBytes scratch) noexcept {
  if (opening_ || in_flight() >= windowsize_ || (last_ > 0 && sent_ >= last_)) return std::nullopt;
  const auto payload = read(scratch.first(blksize_));
  const bool repeated = ++sent_ <= highest_;
  highest_ = std::max(highest_, sent_);
  // Always met: a file of a multiple of blksize ends with an empty block (RFC 1350 section 6).
  if (payload.size() < blksize_) last_ = sent_;
  return Block{number_of(sent_), payload, repeated};
}

Transfer::Progress Transfer::acknowledge(std::uint16_t number) noexcept {
  if (opening_) {
    if (number != 0) return Progress::Impossible;
    opening_ = untouched_ = false;
    return Progress::Advanced;
  }
  const auto blocks = distance_to(number);
  if (blocks == 0) return Progress::Duplicate;
  if (blocks > in_flight())
    return blocks > kWindowLimit ? Progress::Duplicate : Progress::Impossible;
  skip(blocks);
  untouched_ = false;
  rewind();
  return last_ > 0 && acked_ == last_ ? Progress::Finished : Progress::Advanced;
}

void Transfer::rewind() noexcept {
  sent_ = acked_;
  sent_place_ = acked_place_;
}

/// Block 0 is the OACK's; data begins at 1 (RFC 1350 section 2).
std::uint16_t Transfer::number_of(std::uint64_t block) const noexcept {
  if (wrap_ == BlockWrap::ToZero || block == 0) return static_cast<std::uint16_t>(block);
  return static_cast<std::uint16_t>((block - 1) % 65535 + 1);
}

std::uint32_t Transfer::distance_to(std::uint16_t number) const noexcept {
  if (wrap_ == BlockWrap::ToZero) return static_cast<std::uint16_t>(number - acked_);
  if (number == 0) return 0;
  return static_cast<std::uint32_t>((number + 65535 - acked_ % 65535) % 65535);
}

Bytes Transfer::read(MutableBytes scratch) noexcept {
  const Bytes file{image_->octets};
  if (mode_ == Mode::Netascii) return scratch.first(netascii_read(file, sent_place_, scratch));
  const auto size = std::min(scratch.size(), file.size() - sent_place_.offset);
  const auto payload = file.subspan(sent_place_.offset, size);
  sent_place_.offset += size;
  return payload;
}

void Transfer::skip(std::uint32_t blocks) noexcept {
  const Bytes file{image_->octets};
  const auto octets = std::size_t{blocks} * blksize_;
  if (mode_ == Mode::Netascii)
    netascii_skip(file, acked_place_, octets);
  else
    acked_place_.offset += std::min(octets, file.size() - acked_place_.offset);
  acked_ += blocks;
}

}  // namespace portico::tftp
