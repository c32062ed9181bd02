// SPDX-License-Identifier: BSD-3-Clause
// Packets that others published or made.
#include "drivers/ipsec_mb/cipher.hpp"
#include "drivers/ipsec_mb/digest.hpp"
#include "support/esp_bed.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace portico;
using namespace portico::support;
using tunnel::Algorithm;

namespace {

struct Published {
  const char* where;
  Algorithm algorithm;
  std::string key;
  std::uint64_t high_number;
  bool esn;
  std::string text;
  std::string packet;
};
const std::vector<Published> kPublished = {
    {"RFC 7634 appendix A", Algorithm::ChaCha20Poly1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3", 0x0, false,
     "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d"
     "0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"
     "01020204",
     "0102030400000005101112131415161724039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d4"
     "66ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3cbec163f"
     "ac469b502773f6fb94e664da9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43"},
    {"draft-mcgrew-gcm-test-01, the first of section 4, with ESN", Algorithm::AesGcm128,
     "4c80cdefbb5d10da906ac73c3613a6342e443b68", 0x87654321, true,
     "45000048699a000080114db7c0a80102c0a801010a9bf15638d301000001000000000000045f73697004"
     "5f756470037369700963796265726369747902646b000021000101020201",
     "00004321000000004956ed7e3b244cfefecf537e729d5b07dc30df528dd22b768d1b98736696a6fd3485"
     "09fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce61bc17d7"
     "68fd9732459018148f6cbe722fd04796562dfdb4"},
    {"the same draft, four blocks", Algorithm::AesGcm128,
     "feffe9928665731c6d6a8f9467308308cafebabe", 0x0, false,
     "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d0010000010000000000000373"
     "69700963796265726369747902646b00000100010001",
     "0000a5f80000000afacedbaddecaf888deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba7"
     "6d5d114d2a5c3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3a"
     "a8bc6ee4c309e9d85a41ad4a"},
    {"the same draft, a trailer alone", Algorithm::AesGcm128,
     "7d773d00c144c525ac619d18c84a3f47d9664267", 0x0, false, "01020201",
     "335467aeffffffff43457e9182443bc6437f866bcb3f699fe9b0822bac961c4504bef270"},
    {"the same draft, a key of 256 bits", Algorithm::AesGcm256,
     "abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344", 0x0, false,
     "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf00000204"
     "05b40101040201020201",
     "4a2cbfe3000000020102030405060708ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06ef"
     "ae9d65a5d763748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c4915956c96"},
    {"the same draft, a key of 256 bits and ESN", Algorithm::AesGcm256,
     "abbccddef00112233445566778899aababbccddef00112233445566778899aab73616c74", 0x156f3126, true,
     "45080028732c00004006e9f90a0106120a01038f06b88023dd6bafbecb71260250101f646d540001",
     "17405e67dd0db99b616e640169766563f2d69ecdbd5a0d5b8d5ef38bad4da58d1f278fde98ef67549d52"
     "4a3018d9a57ff4d3a31ce673119e451626c2415771e3b7eebca614c89b35"},
    {"RFC 3602 case 5, its ICV by OpenSSL", Algorithm::AesCbc128Sha256,
     "90d382b410eeba7ad938c46cec1a82bf0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
     "0b0b0b0b0b0b",
     0x0, false,
     "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021"
     "22232425262728292a2b2c2d2e2f30313233343536370102030405060708090a0b0c0d0e0e01",
     "0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6a9453e194e120849a487"
     "0b66cc6b9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c"
     "551b874aa269add047ad2d5913ac19b7cfbad4a61731896e10aaf60f5e4bd414d67e268d"},
    {"RFC 3602 case 7, its ICV by OpenSSL", Algorithm::AesCbc128Sha256,
     "0123456789abcdef0123456789abcdef0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
     "0b0b0b0b0b0b",
     0x0, false,
     "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d"
     "0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"
     "0102030405060708090a0a04",
     "0000876500000002f4e765244f6407adf13dc1380f673f37773b5241a4c449225e4f3ce5ed611b0c237c"
     "a96cf74a93013c1b0ea1a0cf70f8e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2d"
     "ecd136e5c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0db53b4ab25be0"
     "62bf1159d4e7b247dde6"},
};

/// Of SPI kSpi, number 5 + 7 * 2^32, keys and inner packets of 40 octets that count from 0.
struct Made {
  Algorithm algorithm;
  bool esn;
  std::string packet;
};
const std::vector<Made> kMade = {
    {Algorithm::AesGcm128, false,
     "12345678000000050000000700000005387c77d96345558c0e7d0b23e6c4edb9c861475a531fe959c0cd"
     "78f8354826f722865bac6d23e39e3c3dd9f4f5c9e804ddd497ec0f37aab7f8721e46"},
    {Algorithm::AesGcm128, true,
     "12345678000000050000000700000005387c77d96345558c0e7d0b23e6c4edb9c861475a531fe959c0cd"
     "78f8354826f722865bac6d23e39e3c3dd9f48eef2a0e30034509a121fc8a96298879"},
    {Algorithm::AesGcm256, false,
     "123456780000000500000007000000053bed35a44f1f3edeb4b1783e8f2c9c12e56a93c68c8f495713c3"
     "0d13c36c079441c84f2ca19fba2ec058f774730b9dba0f2d9f632c0bbb0a9d553b5c"},
    {Algorithm::AesGcm256, true,
     "123456780000000500000007000000053bed35a44f1f3edeb4b1783e8f2c9c12e56a93c68c8f495713c3"
     "0d13c36c079441c84f2ca19fba2ec058f77462f7aaa2b6ed012466b9970085d28f89"},
    {Algorithm::ChaCha20Poly1305, false,
     "123456780000000500000007000000054e4ccf1268d229f915596b752fd2db6d0442877d5f0413a35146"
     "b3ac53324db2baa9012fb627cffa7e214da4bbd42bd42b38fa3d55e0c36a0caefb5f"},
    {Algorithm::ChaCha20Poly1305, true,
     "123456780000000500000007000000054e4ccf1268d229f915596b752fd2db6d0442877d5f0413a35146"
     "b3ac53324db2baa9012fb627cffa7e214da4fe767722dfa0c8ffb4aaa2938b7e6a12"},
    {Algorithm::AesCbc128Sha256, false,
     "1234567800000005f76ebeead913a8c8f50c34f2bb40e69559f22f636ef47545694f42503611ad247da5"
     "bbf9fef5f20cc898e3e7c9b147d96db07abb1a166c9b1f873ab443cd7cf11b535bce476fe0ab240babcb"
     "07d77aab"},
    {Algorithm::AesCbc128Sha256, true,
     "1234567800000005f76ebeead913a8c8f50c34f2bb40e69559f22f636ef47545694f42503611ad247da5"
     "bbf9fef5f20cc898e3e7c9b147d96db07abb1a166c9b1f873ab443cd7cf1913bf4eca06daa20db46ff5f"
     "5440ea94"},
    {Algorithm::AesCbc256Sha256, false,
     "1234567800000005eeb1b29f369bf414420c6b5fdee0120dc43d4573e9d19581cadee7e8842976eea198"
     "5cc0281b8c922cb8f171bcbe04fab2dbf2597431100c252ecf5fef7eaeecddc75cd0beef7afac9397978"
     "546053e3"},
    {Algorithm::AesCbc256Sha256, true,
     "1234567800000005eeb1b29f369bf414420c6b5fdee0120dc43d4573e9d19581cadee7e8842976eea198"
     "5cc0281b8c922cb8f171bcbe04fab2dbf2597431100c252ecf5fef7eaeecaac62dd9e62f2a560c3f1fe5"
     "62c53c00"},
};

/// RFC 2104 as it is written, for a key that is shorter than a block.
Sha256 hmac(Digest& digest, const Octets& key, const Octets& message) {
  constexpr std::size_t kBlock = 64;
  Octets inner(kBlock, 0x36), outer(kBlock, 0x5c);
  for (std::size_t i = 0; i < key.size(); ++i) inner[i] ^= key[i], outer[i] ^= key[i];
  inner.insert(inner.end(), message.begin(), message.end());
  const auto hashed = digest.sha256(inner);
  outer.insert(outer.end(), hashed.begin(), hashed.end());
  return digest.sha256(outer);
}

}  // namespace

TEST_CASE("published packets are opened", "[ipsec_mb][E-1][E-3]") {
  const auto& it = GENERATE(from_range(kPublished));
  INFO(it.where);
  auto packet = from_hex(it.packet);
  const auto number = it.high_number << 32 | load_be<std::uint32_t>(&packet[4]);
  const auto key = key_of(it.algorithm, from_hex(it.key));
  CHECK(open(*new_cipher(), *key, packet, number, it.esn));
  CHECK(to_hex(text_of(it.algorithm, packet)) == it.text);
}

TEST_CASE("published packets are sealed, where their IV may be a number", "[ipsec_mb][E-1][E-3]") {
  const auto& it = GENERATE(from_range(kPublished));
  if (it.esn || !tunnel::is_aead(it.algorithm)) return;
  INFO(it.where);
  auto packet = from_hex(it.packet);
  const auto view = tunnel::EspView::parse(packet, tunnel::sizes_of(it.algorithm));
  const auto iv = load_be<std::uint64_t>(view->iv().data());
  std::ranges::copy(from_hex(it.text), view->text().begin());
  std::ranges::fill(view->iv(), std::uint8_t{0});
  std::ranges::fill(view->icv(), std::uint8_t{0});
  seal(*new_cipher(), *key_of(it.algorithm, from_hex(it.key)), packet, iv, it.esn);
  CHECK(to_hex(packet) == it.packet);
}

TEST_CASE("OpenSSL seals the same packets", "[ipsec_mb][E-1][E-3][E-6]") {
  const auto& it = GENERATE(from_range(kMade));
  INFO(tunnel::sizes_of(it.algorithm).name);
  constexpr std::uint64_t kNumber = (std::uint64_t{7} << 32) + 5;
  auto packet = unsealed(it.algorithm, counting(40), kNumber);
  const auto key = counting_key(it.algorithm);
  const auto cipher = new_cipher();
  seal(*cipher, *key, packet, kNumber, it.esn);
  CHECK(to_hex(packet) == it.packet);
  CHECK(open(*cipher, *key, packet, kNumber, it.esn));
}

TEST_CASE("HMAC-SHA2-256-128 is that of RFC 4868, over header, IV, ciphertext and upper half",
          "[ipsec_mb][E-6]") {
  auto digest = std::move(*ipsec_mb::make_digest());
  const auto text = [](std::string_view s) { return Octets{s.begin(), s.end()}; };
  // Its section 2.7.2.1.
  CHECK(to_hex(hmac(*digest, Octets(32, 0x0b), text("Hi There"))) ==
        "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7");
  CHECK(to_hex(hmac(*digest, text("JefeJefeJefeJefeJefeJefeJefeJefe"),
                    text("what do ya want for nothing?"))) ==
        "167f928588c5cc2eef8e3093caa0e87c9ff566a14794aa61648d81621a2a40c6");
  CHECK(to_hex(hmac(*digest, Octets(32, 0xaa), Octets(50, 0xdd))) ==
        "cdcb1220d1ecccea91e53aba3092f962e549fe6ce9ed7fdc43191fbde45c30b0");
  CHECK(to_hex(hmac(*digest, counting(32, 1), Octets(50, 0xcd))) ==
        "372efcf9b40b35c2115b1346903d2ef42fced46f0846e7257bb156d3d7b30d3f");

  constexpr auto kAlgorithm = Algorithm::AesCbc256Sha256;
  constexpr std::uint64_t kNumber = 0x0102'0304'0506'0708;
  const auto esn = GENERATE(false, true);
  auto packet = unsealed(kAlgorithm, counting(100), kNumber);
  seal(*new_cipher(), *counting_key(kAlgorithm), packet, kNumber, esn);
  Octets message(packet.begin(), packet.end() - tunnel::kIcvSize);
  if (esn) message.insert(message.end(), {1, 2, 3, 4});
  const auto whole = hmac(*digest, counting(32, 32), message);
  CHECK(std::equal(packet.end() - tunnel::kIcvSize, packet.end(), whole.begin()));
}
