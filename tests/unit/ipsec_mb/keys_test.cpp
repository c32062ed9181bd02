// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ipsec_mb/keys.hpp"

#include "support/esp_bed.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

using namespace portico;
using namespace portico::support;
using tunnel::Algorithm;

namespace {

/// A key begins with a pointer and its algorithm; what follows is secret.
constexpr std::size_t kName = sizeof(void*) + sizeof(Algorithm);

/// Octets of freed memory that are not 0, while somebody counts.
bool is_counting = false;
std::size_t freed = 0;
std::size_t left_over = 0;

}  // namespace

// Keys are aligned to a cache line, so that these are theirs. Padding is 0 from the start. How
// large it is stands in front: not every compiler says so when memory is given back.
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto line = static_cast<std::size_t>(alignment);
  const auto whole = line + (size + line - 1) / line * line;
  auto* memory = static_cast<std::uint8_t*>(std::aligned_alloc(line, whole));
  if (memory == nullptr) throw std::bad_alloc{};
  std::memset(memory, 0, whole);
  std::memcpy(memory, &size, sizeof size);
  return memory + line;
}
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  if (memory == nullptr) return;
  const auto* given = static_cast<std::uint8_t*>(memory);
  auto* begin = static_cast<std::uint8_t*>(memory) - static_cast<std::size_t>(alignment);
  if (is_counting) {
    std::size_t size = 0;
    std::memcpy(&size, begin, sizeof size);
    const auto key = Bytes{given, size}.subspan(kName);
    freed += key.size();
    left_over += static_cast<std::size_t>(
        std::ranges::count_if(key, [](std::uint8_t octet) { return octet != 0; }));
  }
  std::free(begin);
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  operator delete(memory, alignment);
}

TEST_CASE("a key of another length is refused, and both lengths are told", "[ipsec_mb][E-3]") {
  struct Row {
    Algorithm algorithm;
    std::size_t length;
    const char* name;
  };
  const auto row = GENERATE(Row{Algorithm::AesGcm128, 20, "aes-gcm-128"},
                            Row{Algorithm::AesGcm256, 36, "aes-gcm-256"},
                            Row{Algorithm::ChaCha20Poly1305, 36, "chacha20-poly1305"},
                            Row{Algorithm::AesCbc128Sha256, 48, "aes-cbc-128-hmac-sha2-256-128"},
                            Row{Algorithm::AesCbc256Sha256, 64, "aes-cbc-256-hmac-sha2-256-128"});
  for (std::size_t length = 0; length <= 130; ++length) {
    const auto key = ipsec_mb::make_key(row.algorithm, counting(length));
    CHECK(key.has_value() == (length == row.length));
    if (key) continue;
    CHECK(key.error().what == std::string{"a key for "} + row.name + " has " +
                                  std::to_string(row.length) + " octets, not " +
                                  std::to_string(length));
  }
}

TEST_CASE("keys are the same if their octets are, and only then", "[ipsec_mb][T3]") {
  const auto algorithm =
      GENERATE(Algorithm::AesGcm128, Algorithm::AesGcm256, Algorithm::ChaCha20Poly1305,
               Algorithm::AesCbc128Sha256, Algorithm::AesCbc256Sha256);
  auto octets = counting(tunnel::key_material(algorithm));
  const auto key = ipsec_mb::make_key(algorithm, octets).value();
  CHECK(key->is_same_as(*ipsec_mb::make_key(algorithm, octets).value()));
  for (auto& octet : octets) {
    octet ^= 1;
    CHECK_FALSE(key->is_same_as(*ipsec_mb::make_key(algorithm, octets).value()));
    octet ^= 1;
  }
  if (algorithm == Algorithm::AesGcm256) {
    const auto chacha = ipsec_mb::make_key(Algorithm::ChaCha20Poly1305, octets).value();
    CHECK_FALSE(key->is_same_as(*chacha));
  }
}

TEST_CASE("nothing of a key stays in memory when it goes", "[ipsec_mb][T3]") {
  const auto algorithm =
      GENERATE(Algorithm::AesGcm128, Algorithm::AesGcm256, Algorithm::ChaCha20Poly1305,
               Algorithm::AesCbc128Sha256, Algorithm::AesCbc256Sha256);
  auto key = counting_key(algorithm, 1);
  freed = left_over = 0;
  is_counting = true;
  key.reset();
  is_counting = false;
  CHECK(freed >= tunnel::key_material(algorithm));
  CHECK(left_over == 0);
}
