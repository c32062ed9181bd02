// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/software/rtp.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

namespace portico::rtp {
namespace {

constexpr double kRate = 8000;
constexpr double kFrequency = 425;
constexpr double kAmplitude = 8000;
constexpr std::uint32_t kPeriod = 320;  // samples until the tone repeats: 17 of its waves

}  // namespace

std::optional<Heard> parse(Bytes datagram) noexcept {
  if (datagram.size() < kHeaderSize || datagram[0] >> 6 != 2) return std::nullopt;
  return Heard{load_be<std::uint16_t>(&datagram[2]), load_be<std::uint32_t>(&datagram[8])};
}

std::uint8_t mu_law(std::int16_t linear) noexcept {
  constexpr int kBias = 0x84;
  constexpr int kClip = 32635;
  const int sign = linear < 0 ? 0x80 : 0;
  const auto magnitude =
      static_cast<unsigned>(std::min(std::abs(static_cast<int>(linear)), kClip) + kBias);
  const int segment = std::bit_width(magnitude) - 8;  // 0 to 7: the bias sets bit 7 at least
  const int step = static_cast<int>(magnitude >> (segment + 3)) & 0xf;
  return static_cast<std::uint8_t>(~(sign | segment << 4 | step));
}

// RFC 3550 section 5.1 wants a random start; what is derived from a random source will do.
Tone::Tone(std::uint32_t source) noexcept
    : source_(source), sequence_(static_cast<std::uint16_t>(source >> 8)), timestamp_(~source) {}

Packet Tone::next() noexcept {
  Packet packet{};
  packet[0] = 2 << 6;
  packet[1] = static_cast<std::uint8_t>(kPcmu | (std::exchange(first_, false) ? 0x80 : 0));
  store_be(&packet[2], sequence_++);
  store_be(&packet[4], timestamp_);
  store_be(&packet[8], source_);
  timestamp_ += kSamples;
  for (std::size_t i = kHeaderSize; i < packet.size(); ++i, sample_ = (sample_ + 1) % kPeriod) {
    const double phase = 2 * std::numbers::pi * kFrequency * sample_ / kRate;
    packet[i] = mu_law(static_cast<std::int16_t>(kAmplitude * std::sin(phase)));
  }
  return packet;
}

}  // namespace portico::rtp
