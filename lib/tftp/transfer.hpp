// SPDX-License-Identifier: BSD-3-Clause
// One file on its way to one client: which block is next, what an acknowledgement means. No
// endpoints, no time. Blocks are counted without end here; only the wire's number wraps.
#pragma once

#include "tftp/library.hpp"
#include "tftp/negotiation.hpp"
#include "tftp/netascii.hpp"
#include "wire/tftp.hpp"

#include <cstdint>
#include <optional>

namespace portico::tftp {

class Transfer {
 public:
  struct Block {
    std::uint16_t number = 0;
    Bytes payload;  ///< in the image, or in the scratch space (netascii)
    bool repeated = false;
  };
  enum class Progress : std::uint8_t {
    Advanced,    ///< the next blocks may be sent
    Finished,    ///< the last block has arrived
    Duplicate,   ///< nothing new: never a reason to send (RFC 1123 section 4.2.3.1)
    Impossible,  ///< a block that was not sent
  };

  Transfer(Served file, wire::tftp::Mode mode, const Terms& terms);

  /// An OACK waits for its ACK of block 0; until then there is no block to send.
  [[nodiscard]] bool opening() const noexcept { return opening_; }
  [[nodiscard]] const wire::tftp::Options& accepted() const noexcept { return accepted_; }
  /// Nothing has been acknowledged, not even an OACK.
  [[nodiscard]] bool untouched() const noexcept { return untouched_; }

  /// The next block that the window allows. `scratch` has kMaxBlksize octets and is the caller's
  /// until it sent the block.
  [[nodiscard]] std::optional<Block> next(MutableBytes scratch) noexcept;
  /// In window mode an ACK within the window means that what follows it was lost: the next window
  /// begins behind it (RFC 7440 section 4).
  [[nodiscard]] Progress acknowledge(std::uint16_t number) noexcept;
  /// Back to the first block that is not acknowledged.
  void rewind() noexcept;
  /// Sent and not acknowledged.
  [[nodiscard]] std::uint32_t in_flight() const noexcept {
    return static_cast<std::uint32_t>(sent_ - acked_);
  }

 private:
  [[nodiscard]] std::uint16_t number_of(std::uint64_t block) const noexcept;
  /// How far behind acked_ the block of that number lies; 0: it is not ahead.
  [[nodiscard]] std::uint32_t distance_to(std::uint16_t number) const noexcept;
  [[nodiscard]] Bytes read(MutableBytes scratch) noexcept;
  void skip(std::uint32_t blocks) noexcept;

  ImagePtr image_;
  wire::tftp::Options accepted_;
  std::uint64_t acked_ = 0;  ///< blocks, from the first
  std::uint64_t sent_ = 0;
  std::uint64_t highest_ = 0;  ///< sent at least once
  std::uint64_t last_ = 0;     ///< number of the short block; 0: not met yet
  NetasciiPlace acked_place_;  ///< octet mode uses `offset` alone
  NetasciiPlace sent_place_;
  std::uint16_t blksize_;
  std::uint16_t windowsize_;
  BlockWrap wrap_;
  wire::tftp::Mode mode_;
  bool opening_;
  bool untouched_ = true;
};

}  // namespace portico::tftp
