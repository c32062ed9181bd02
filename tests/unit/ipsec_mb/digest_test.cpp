// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ipsec_mb/digest.hpp"

#include "base/hex.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using portico::Bytes;
using portico::Digest;

namespace {

std::unique_ptr<Digest> new_digest() {
  auto digest = portico::ipsec_mb::make_digest();
  REQUIRE(digest.has_value());
  return std::move(*digest);
}

std::string hash(Digest& digest, std::string_view message) {
  return portico::to_hex(
      digest.sha256(Bytes{reinterpret_cast<const std::uint8_t*>(message.data()), message.size()}));
}

}  // namespace

TEST_CASE("SHA-256 agrees with the examples of FIPS 180", "[ipsec_mb][P8]") {
  const auto digest = new_digest();
  CHECK(hash(*digest, "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash(*digest, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash(*digest, std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("an empty message has a digest too", "[ipsec_mb][P8]") {
  const auto digest = new_digest();
  const std::string nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  CHECK(portico::to_hex(digest->sha256({})) == nothing);
  CHECK(hash(*digest, "") == nothing);
}

TEST_CASE("every length around a block's end is hashed, and no octet beyond is read",
          "[ipsec_mb][P8]") {
  // Digests of n octets of 0x5a by coreutils' sha256sum: the padding's edge cases.
  const std::vector<std::pair<std::size_t, std::string>> cases = {
      {55, "5f25f149aa92e3e13093aed8216072fae623f35e26ca605b6cce17e04b7ccf44"},
      {56, "301c69927f1603720c9f847b7e5e3bef77a7b9f75344490fe9039f13c36b842a"},
      {63, "939765b120205cbedae2ed31256b1967c38b6bdd9b0220535224cbc0b906d333"},
      {64, "cc7321cce5e4409bd8077d58422e1214969059bbd40b4eeb0de0a642f40f7282"},
      {65, "b8de0db62b6c87db61345504a8038bf973d987e8d2111abd8beb407c0bf3d9db"},
      {119, "a96851d641310ce032ff832b6f08125878deed2a825fe515dd1ba414afe95f7e"},
      {120, "60ec7f280e45d0c7bf77b70ff16958b1c1701a9fb7faa12b798207cf120ec6ee"},
      {128, "349d65e9ba1de7b0a13f9a3eadcc5b0202f15d6008fe9477f2a7b80f6194b20f"},
  };
  const auto digest = new_digest();
  for (const auto& [size, expected] : cases) {
    const std::vector<std::uint8_t> message(size, 0x5a);  // of exactly this size, for the sanitizer
    CHECK(portico::to_hex(digest->sha256(message)) == expected);
  }
}

TEST_CASE("a message of many megabytes is hashed whole", "[ipsec_mb][P8]") {
  // 64 MiB of the octets 0 to 250, repeated; the digest is coreutils' sha256sum's.
  std::vector<std::uint8_t> message(std::size_t{64} << 20);
  std::generate(message.begin(), message.end(),
                [octet = 0]() mutable { return static_cast<std::uint8_t>(octet++ % 251); });
  CHECK(portico::to_hex(new_digest()->sha256(message)) ==
        "98dc891b284e4d84ac25b0c0a24fdbe39a7f0dbd643ad5e8aa06e02fc6258254");
}
