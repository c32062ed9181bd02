// SPDX-License-Identifier: BSD-3-Clause
// ESP in tunnel mode (RFC 4303 section 2): where its parts lie around an inner IPv4 packet, before
// it is sealed and after it was opened. Nothing here encrypts.
#pragma once

#include "base/endian.hpp"
#include "tunnel/algorithm.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace portico::tunnel {

inline constexpr std::size_t kEspHeaderSize = 8;   ///< SPI and the lower half of the number
inline constexpr std::size_t kEspTrailerSize = 2;  ///< pad length and next header
inline constexpr std::uint32_t kFirstSpi = 256;    ///< below are reserved, RFC 4303 section 2.1
inline constexpr std::uint8_t kNextIpv4 = 4;
inline constexpr std::uint8_t kNextDummy = 59;  ///< to be dropped in silence, section 2.6

/// Octets that an inner packet of `length` gets around it. `header` is the ESP header with its IV.
struct EspRoom {
  std::size_t header = 0;
  std::size_t padding = 0;
  std::size_t ciphertext = 0;  ///< inner packet, padding and trailer

  [[nodiscard]] constexpr std::size_t total() const noexcept {
    return header + ciphertext + kIcvSize;
  }
};
[[nodiscard]] constexpr EspRoom esp_room(const AlgorithmSizes& sizes, std::size_t length) noexcept {
  const auto bare = length + kEspTrailerSize;
  const auto padding = -bare & (sizes.block - 1);
  return {kEspHeaderSize + sizes.iv, padding, bare + padding};
}

/// The largest inner packet whose ESP packet has at most `room` octets; 0: none has.
[[nodiscard]] constexpr std::size_t esp_payload(const AlgorithmSizes& sizes,
                                                std::size_t room) noexcept {
  const auto around = kEspHeaderSize + sizes.iv + kIcvSize;
  if (room < around + sizes.block) return 0;
  return (room - around) / sizes.block * sizes.block - kEspTrailerSize;
}

inline void write_esp_header(std::uint8_t* at, std::uint32_t spi, std::uint64_t number) noexcept {
  store_be(at, spi);
  store_be(at + 4, static_cast<std::uint32_t>(number));
}

/// How padding begins (section 2.4), as long as any algorithm wants it.
inline constexpr std::array<std::uint8_t, 16> kPadding{1, 2,  3,  4,  5,  6,  7,  8,
                                                       9, 10, 11, 12, 13, 14, 15, 16};

/// Behind the inner packet: padding, its length, what is inside. Writes all of kPadding first, for
/// which there is room: the ICV follows.
inline void write_esp_trailer(std::uint8_t* at, std::size_t padding) noexcept {
  static_assert(kPadding.size() <= kEspTrailerSize + kIcvSize);
  std::memcpy(at, kPadding.data(), kPadding.size());
  at[padding] = static_cast<std::uint8_t>(padding);
  at[padding + 1] = kNextIpv4;
}

/// A received ESP packet, before anything in it is believed.
class EspView {
 public:
  /// None: too short, or its ciphertext is no whole number of blocks.
  [[nodiscard]] static std::optional<EspView> parse(MutableBytes packet,
                                                    const AlgorithmSizes& sizes) noexcept {
    const auto around = kEspHeaderSize + sizes.iv + kIcvSize;
    if (packet.size() < around + sizes.block) return std::nullopt;
    const auto ciphertext = packet.size() - around;
    if ((ciphertext & (sizes.block - 1)) != 0) return std::nullopt;
    return of(packet, sizes);
  }
  /// Of a packet that parse() took, or esp_room() made.
  [[nodiscard]] static EspView of(MutableBytes packet, const AlgorithmSizes& sizes) noexcept {
    const auto header = kEspHeaderSize + sizes.iv;
    return {packet, header, packet.size() - header - kIcvSize};
  }
  /// Of a packet that has at least kEspHeaderSize octets: which SA it is for decides the sizes.
  [[nodiscard]] static std::uint32_t spi_of(Bytes packet) noexcept {
    return load_be<std::uint32_t>(packet.data());
  }
  [[nodiscard]] std::uint32_t low_number() const noexcept {
    return load_be<std::uint32_t>(packet_.data() + 4);
  }
  [[nodiscard]] MutableBytes iv() const noexcept {
    return packet_.subspan(kEspHeaderSize, header_ - kEspHeaderSize);
  }
  [[nodiscard]] MutableBytes text() const noexcept { return packet_.subspan(header_, text_); }
  [[nodiscard]] MutableBytes icv() const noexcept { return packet_.last(kIcvSize); }

 private:
  EspView(MutableBytes packet, std::size_t header, std::size_t text) noexcept
      : packet_(packet), header_(header), text_(text) {}

  MutableBytes packet_;
  std::size_t header_;
  std::size_t text_;
};

/// What was inside, once it is opened.
struct Opened {
  enum class Kind : std::uint8_t { Ipv4, Dummy, BadPadding, BadNextHeader };
  Kind kind = Kind::BadPadding;
  MutableBytes payload;  ///< of Ipv4: the inner packet, padding for the flow's sake behind it
};
[[nodiscard]] inline Opened read_opened(MutableBytes text) noexcept {
  const auto next = text[text.size() - 1];
  const std::size_t padding = text[text.size() - 2];
  if (padding + kEspTrailerSize > text.size()) return {};
  const auto payload = text.first(text.size() - kEspTrailerSize - padding);
  const auto pad = text.subspan(payload.size(), padding);
  for (std::size_t i = 0; i < padding; ++i)
    if (pad[i] != static_cast<std::uint8_t>(i + 1)) return {};
  if (next == kNextDummy) return {Opened::Kind::Dummy, {}};
  if (next != kNextIpv4) return {Opened::Kind::BadNextHeader, {}};
  return {Opened::Kind::Ipv4, payload};
}

}  // namespace portico::tunnel
