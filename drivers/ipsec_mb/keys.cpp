// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ipsec_mb/keys.hpp"

#include "drivers/ipsec_mb/cipher.hpp"
#include "drivers/ipsec_mb/manager.hpp"

#include <algorithm>
#include <memory>
#include <string>

namespace portico::ipsec_mb {
namespace {

using tunnel::Algorithm;
using tunnel::KeyPtr;

constexpr std::size_t kShaBlock = 64;

/// SHA-256 after the first block of HMAC: the key xor `pad`.
void begin_hmac(IMB_MGR& manager, Bytes key, std::uint8_t pad, std::uint8_t* state) noexcept {
  std::array<std::uint8_t, kShaBlock> block;
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
  IMB_SHA256_ONE_BLOCK(&manager, block.data(), state);
  wipe(block);
}

KeyPtr gcm_key(IMB_MGR& manager, Algorithm algorithm, Bytes cipher, Bytes salt) {
  auto key = std::make_unique<GcmKey>(algorithm);
  std::ranges::copy(salt, key->parts.salt.begin());
  if (algorithm == Algorithm::AesGcm128)
    IMB_AES128_GCM_PRE(&manager, cipher.data(), &key->parts.key);
  else
    IMB_AES256_GCM_PRE(&manager, cipher.data(), &key->parts.key);
  return key;
}

KeyPtr chacha_key(Bytes cipher, Bytes salt) {
  auto key = std::make_unique<ChaChaKey>(Algorithm::ChaCha20Poly1305);
  std::ranges::copy(salt, key->parts.salt.begin());
  std::ranges::copy(cipher, key->parts.key.begin());
  return key;
}

KeyPtr cbc_key(IMB_MGR& manager, Algorithm algorithm, Bytes cipher, Bytes integrity) {
  auto key = std::make_unique<CbcKey>(algorithm);
  auto& parts = key->parts;
  if (algorithm == Algorithm::AesCbc128Sha256)
    IMB_AES_KEYEXP_128(&manager, cipher.data(), parts.encrypting.data(), parts.decrypting.data());
  else
    IMB_AES_KEYEXP_256(&manager, cipher.data(), parts.encrypting.data(), parts.decrypting.data());
  begin_hmac(manager, integrity, 0x36, parts.inner.data());
  begin_hmac(manager, integrity, 0x5c, parts.outer.data());
  return key;
}

}  // namespace

Result<KeyPtr> make_key(Algorithm algorithm, Bytes octets) {
  const auto& sizes = tunnel::sizes_of(algorithm);
  if (const auto wanted = tunnel::key_material(algorithm); octets.size() != wanted)
    return fail("a key for " + std::string{sizes.name} + " has " + std::to_string(wanted) +
                " octets, not " + std::to_string(octets.size()));
  // Expanding a key reads the manager's table of functions and nothing else of it, so that one
  // serves every thread; to make one takes 0.3 ms.
  static const auto manager = make_manager();
  if (!manager) return fail(manager.error());
  const auto cipher = octets.first(sizes.key);
  const auto rest = octets.subspan(sizes.key);
  switch (algorithm) {
    case Algorithm::AesGcm128:
    case Algorithm::AesGcm256:
      return gcm_key(**manager, algorithm, cipher, rest);
    case Algorithm::ChaCha20Poly1305:
      return chacha_key(cipher, rest);
    case Algorithm::AesCbc128Sha256:
    case Algorithm::AesCbc256Sha256:
      return cbc_key(**manager, algorithm, cipher, rest);
  }
  return fail("no such algorithm");
}

}  // namespace portico::ipsec_mb
