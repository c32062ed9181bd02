// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ipsec_mb/cbc.hpp"

#include <cstring>

namespace portico::ipsec_mb {
namespace {

using tunnel::Job;

constexpr std::size_t kIvSize = 16;

const CbcParts& parts_of(const Job& job) noexcept {
  return static_cast<const CbcKey&>(*job.key).parts;
}

}  // namespace

Cbc::Cbc(IMB_MGR& manager) noexcept : manager_(manager) {
  for (auto& one : ciphers_) {
    one.iv_len_in_bytes = kIvSize;
    one.cipher_mode = IMB_CIPHER_CBC;
    one.hash_alg = IMB_AUTH_NULL;
  }
  for (auto& one : hashes_) {
    one.auth_tag_output_len_in_bytes = tunnel::kIcvSize;
    one.cipher_mode = IMB_CIPHER_NULL;
    one.hash_alg = IMB_AUTH_HMAC_SHA_256;
  }
}

void Cbc::cipher(IMB_JOB& one, const Job& job, std::uint8_t* from, const std::uint8_t* iv,
                 IMB_KEY_SIZE_BYTES size) noexcept {
  one.enc_keys = parts_of(job).encrypting.data();
  one.dec_keys = parts_of(job).decrypting.data();
  one.key_len_in_bytes = size;
  one.src = from;
  one.dst = from;
  one.msg_len_to_cipher_in_bytes = static_cast<std::size_t>(icv_of(job) - from);
  one.iv = iv;
}

void Cbc::hash(IMB_JOB& one, const Job& job, std::uint8_t* icv) noexcept {
  auto size = job.packet.size() - tunnel::kIcvSize;
  // The upper half follows the ciphertext (RFC 4303 section 2.2.1), and there the ICV has room.
  if (job.esn) {
    store_be(icv_of(job), high_number(job));
    size += 4;
  }
  one.src = job.packet.data();
  one.msg_len_to_hash_in_bytes = size;
  one.auth_tag_output = icv;
  one.u.HMAC._hashed_auth_key_xor_ipad = parts_of(job).inner.data();
  one.u.HMAC._hashed_auth_key_xor_opad = parts_of(job).outer.data();
}

/// The IV is the encrypted number: unpredictable, and no two alike (NIST SP 800-38A appendix C). It
/// needs no call of its own: CBC that begins with the number and an IV of zeros begins with just
/// that.
void Cbc::seal(std::span<Job> jobs, IMB_KEY_SIZE_BYTES size) noexcept {
  static constexpr std::array<std::uint8_t, kIvSize> kZeros{};
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto* iv = iv_of(jobs[i]);
    store_be(iv, std::uint64_t{0});
    store_be(iv + 8, jobs[i].number);
    cipher(ciphers_[i], jobs[i], iv, kZeros.data(), size);
    hash(hashes_[i], jobs[i], icv_of(jobs[i]));
  }
  const auto count = static_cast<std::uint32_t>(jobs.size());
  IMB_SUBMIT_CIPHER_BURST_NOCHECK(&manager_, ciphers_.data(), count, IMB_CIPHER_CBC,
                                  IMB_DIR_ENCRYPT, size);
  IMB_SUBMIT_HASH_BURST_NOCHECK(&manager_, hashes_.data(), count, IMB_AUTH_HMAC_SHA_256);
}

void Cbc::open(std::span<Job> jobs, IMB_KEY_SIZE_BYTES size) noexcept {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    std::memcpy(received_[i].data(), icv_of(jobs[i]), tunnel::kIcvSize);
    hash(hashes_[i], jobs[i], computed_[i].data());
  }
  IMB_SUBMIT_HASH_BURST_NOCHECK(&manager_, hashes_.data(), static_cast<std::uint32_t>(jobs.size()),
                                IMB_AUTH_HMAC_SHA_256);
  std::uint32_t right = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].is_right = is_same(received_[i].data(), computed_[i].data());
    if (!jobs[i].is_right) continue;
    auto* iv = iv_of(jobs[i]);
    cipher(ciphers_[right++], jobs[i], iv + kIvSize, iv, size);
  }
  IMB_SUBMIT_CIPHER_BURST_NOCHECK(&manager_, ciphers_.data(), right, IMB_CIPHER_CBC,
                                  IMB_DIR_DECRYPT, size);
}

}  // namespace portico::ipsec_mb
