// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ipsec_mb/cipher.hpp"

#include "support/esp_bed.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <set>

using namespace portico;
using namespace portico::support;
using tunnel::Algorithm;
using tunnel::Job;
using tunnel::KeyPtr;

namespace {

constexpr std::uint64_t kNumber = (std::uint64_t{7} << 32) + 5;
constexpr std::array kAll{Algorithm::AesGcm128, Algorithm::AesGcm256, Algorithm::ChaCha20Poly1305,
                          Algorithm::AesCbc128Sha256, Algorithm::AesCbc256Sha256};

/// What a packet should be once it is opened.
Octets padded(Algorithm algorithm, const Octets& inner) {
  auto packet = unsealed(algorithm, inner, kNumber);
  return text_of(algorithm, packet);
}

}  // namespace

TEST_CASE("what is sealed is opened, whatever its length", "[ipsec_mb][E-1][E-3][E-6]") {
  const auto algorithm = GENERATE(from_range(kAll));
  const auto esn = GENERATE(false, true);
  const auto cipher = new_cipher();
  const auto key = counting_key(algorithm);
  auto sizes = counting(140);
  std::vector<std::size_t> lengths(sizes.begin(), sizes.end());
  lengths.insert(lengths.end(), {255, 256, 1400, 1499, 9000, 65'000});
  for (const auto length : lengths) {
    const auto inner = counting(length, 3);
    auto packet = unsealed(algorithm, inner, kNumber);
    seal(*cipher, *key, packet, kNumber, esn);
    CHECK(text_of(algorithm, packet) != padded(algorithm, inner));
    CHECK(open(*cipher, *key, packet, kNumber, esn));
    CHECK(text_of(algorithm, packet) == padded(algorithm, inner));
  }
}

TEST_CASE("every bit of a packet is authenticated", "[ipsec_mb][E-3][E-11]") {
  const auto algorithm = GENERATE(from_range(kAll));
  const auto esn = GENERATE(false, true);
  const auto cipher = new_cipher();
  const auto key = counting_key(algorithm);
  auto right = unsealed(algorithm, counting(40), kNumber);
  seal(*cipher, *key, right, kNumber, esn);
  for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
    INFO("bit " << bit);
    auto packet = right;
    packet[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    CHECK_FALSE(open(*cipher, *key, packet, kNumber, esn));
  }
  CHECK(open(*cipher, *key, right, kNumber, esn));
}

TEST_CASE("with ESN the upper half of the number is authenticated, without it is not",
          "[ipsec_mb][E-6]") {
  const auto algorithm = GENERATE(from_range(kAll));
  const auto cipher = new_cipher();
  const auto key = counting_key(algorithm);
  auto packet = unsealed(algorithm, counting(40), kNumber);
  for (const auto other : {kNumber + (std::uint64_t{1} << 32), kNumber - (std::uint64_t{1} << 32),
                           std::uint64_t{5}, kNumber ^ std::uint64_t{1} << 63}) {
    auto with = packet;
    seal(*cipher, *key, with, kNumber, true);
    CHECK_FALSE(open(*cipher, *key, with, other, true));
    auto without = packet;
    seal(*cipher, *key, without, kNumber, false);
    CHECK(open(*cipher, *key, without, other, false));
  }
  SECTION("an end with ESN and one without do not understand each other") {
    seal(*cipher, *key, packet, 5, true);
    auto copy = packet;
    CHECK_FALSE(open(*cipher, *key, copy, 5, false));
    CHECK(open(*cipher, *key, packet, 5, true));
  }
}

TEST_CASE("another key opens nothing, be it other in one octet", "[ipsec_mb][E-3]") {
  const auto algorithm = GENERATE(from_range(kAll));
  const auto cipher = new_cipher();
  auto octets = counting(tunnel::key_material(algorithm));
  const auto key = key_of(algorithm, octets);
  const auto& sizes = tunnel::sizes_of(algorithm);
  auto sealed = unsealed(algorithm, counting(40), kNumber);
  seal(*cipher, *key, sealed, kNumber, true);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    // The key of AES-CBC alone does not authenticate: the text comes out wrong, the ICV is right.
    if (sizes.integrity_key != 0 && i < sizes.key) continue;
    INFO("octet " << i);
    auto other = octets;
    other[i] ^= 0x10;
    auto packet = sealed;
    CHECK_FALSE(open(*cipher, *key_of(algorithm, other), packet, kNumber, true));
  }
}

TEST_CASE("an IV comes from the number and never twice", "[ipsec_mb][E-3][E-4]") {
  const auto algorithm = GENERATE(from_range(kAll));
  const auto cipher = new_cipher();
  const auto key = counting_key(algorithm);
  std::set<Octets> ivs;
  const std::vector<std::uint64_t> numbers = {1, 2, 3, 0xffff'ffff, 0x1'0000'0000, 0x1'0000'0001};
  for (const auto number : numbers) {
    auto packet = unsealed(algorithm, counting(40), number);
    seal(*cipher, *key, packet, number, true);
    const auto iv = tunnel::EspView::parse(packet, tunnel::sizes_of(algorithm))->iv();
    ivs.insert({iv.begin(), iv.end()});
    if (!tunnel::is_aead(algorithm)) continue;
    CHECK(load_be<std::uint64_t>(iv.data()) == number);
  }
  CHECK(ivs.size() == numbers.size());
}

TEST_CASE("a burst of any algorithms and sizes is sealed and opened packet by packet",
          "[ipsec_mb][E-3]") {
  const std::size_t count = GENERATE(0u, 1u, 2u, 7u, 31u, 32u, 33u, 100u);
  const auto mixing = GENERATE(1u, 5u, 40u);  // so many packets of one algorithm behind each other
  const auto cipher = new_cipher();
  std::mt19937 random{static_cast<unsigned>(count)};
  std::vector<KeyPtr> keys;
  std::vector<Octets> inner, packets;
  std::vector<Job> jobs(count);
  const auto algorithm_of = [mixing](std::size_t i) { return kAll[i / mixing % kAll.size()]; };
  for (std::size_t i = 0; i < count; ++i) {
    keys.push_back(counting_key(algorithm_of(i), static_cast<std::uint8_t>(i)));
    inner.push_back(counting(random() % 1400, static_cast<std::uint8_t>(i)));
    packets.push_back(unsealed(algorithm_of(i), inner[i], kNumber + i));
    jobs[i] = {
        .key = keys[i].get(), .packet = packets[i], .number = kNumber + i, .esn = i % 3 == 0};
  }
  cipher->seal(jobs);
  for (std::size_t i = 0; i < count; ++i) {  // as each would be alone
    auto alone = unsealed(algorithm_of(i), inner[i], kNumber + i);
    seal(*cipher, *keys[i], alone, kNumber + i, i % 3 == 0);
    REQUIRE(packets[i] == alone);
  }
  for (std::size_t i = 0; i < count; i += 4) packets[i][packets[i].size() / 2] ^= 1;
  cipher->open(jobs);
  for (std::size_t i = 0; i < count; ++i) {
    INFO(i);
    CHECK(jobs[i].is_right == (i % 4 != 0));
    if (jobs[i].is_right)
      CHECK(text_of(algorithm_of(i), packets[i]) == padded(algorithm_of(i), inner[i]));
  }
}

TEST_CASE("what a job says of an earlier packet is forgotten", "[ipsec_mb][E-11]") {
  const auto algorithm = GENERATE(from_range(kAll));
  const auto cipher = new_cipher();
  const auto key = counting_key(algorithm);
  auto forged = unsealed(algorithm, counting(40), kNumber);
  Job job{.key = key.get(), .packet = forged, .number = kNumber, .esn = true, .is_right = true};
  cipher->open({&job, 1});
  CHECK_FALSE(job.is_right);
}

TEST_CASE("nothing beside a packet is written", "[ipsec_mb]") {
  const auto algorithm = GENERATE(from_range(kAll));
  const auto cipher = new_cipher();
  const auto key = counting_key(algorithm);
  constexpr std::size_t kAround = 64;
  for (std::size_t length = 0; length < 70; ++length) {
    const auto packet = unsealed(algorithm, counting(length), kNumber);
    Octets buffer(packet.size() + 2 * kAround, 0xa5);
    const auto inside = MutableBytes{buffer}.subspan(kAround, packet.size());
    std::ranges::copy(packet, inside.begin());
    Job job{.key = key.get(), .packet = inside, .number = kNumber, .esn = true};
    cipher->seal({&job, 1});
    cipher->open({&job, 1});
    CHECK(job.is_right);
    const auto is_untouched = [](std::uint8_t octet) { return octet == 0xa5; };
    CHECK(std::all_of(buffer.begin(), buffer.begin() + kAround, is_untouched));
    CHECK(std::all_of(buffer.end() - kAround, buffer.end(), is_untouched));
  }
}
