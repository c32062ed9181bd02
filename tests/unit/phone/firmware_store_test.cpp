// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/firmware_store.hpp"

#include "drivers/ipsec_mb/digest.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>

using namespace portico;
using namespace portico::phone;

namespace {

constexpr std::size_t kMaxOctets = 64;

/// A telephone's folder, and what a firmware server may have given it.
struct Phone {
  Program keep(const std::string& software) {
    const auto octets = octets_of(software);
    const auto kept = store.keep(octets, digest->sha256(octets));
    REQUIRE(kept);
    return *kept;
  }
  static Bytes octets_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  support::TemporaryFolder folder;
  std::unique_ptr<Digest> digest = std::move(*ipsec_mb::make_digest());
  FirmwareStore store{folder.path(), kMaxOctets, *digest};
};

}  // namespace

TEST_CASE("software that was verified is found by its digest, ready to run", "[phone][P8]") {
  Phone phone;
  const auto kept = phone.keep("#!/bin/true");
  const auto found = phone.store.find(kept.digest);
  REQUIRE(found);
  CHECK(found->path == kept.path);
  CHECK(::access(found->path.c_str(), X_OK) == 0);
  REQUIRE(phone.store.current());
  CHECK(phone.store.current()->digest == kept.digest);
  CHECK_FALSE(phone.store.find(phone.digest->sha256(Phone::octets_of("another"))));
}

TEST_CASE("what a bad disk made of software is not run", "[phone][P9]") {
  Phone phone;
  const auto kept = phone.keep("#!/bin/true");
  SECTION("another octet") { std::ofstream{kept.path} << "#!/bin/trve"; }
  SECTION("cut short") { std::filesystem::resize_file(kept.path, 4); }
  SECTION("gone on") { std::ofstream{kept.path, std::ios::app} << ";"; }
  SECTION("more than a telephone takes") {
    std::filesystem::resize_file(kept.path, kMaxOctets + 1);
  }
  SECTION("a link to the same elsewhere") {
    std::filesystem::rename(kept.path, phone.folder.file("elsewhere"));
    std::filesystem::create_symlink("elsewhere", kept.path);
  }
  CHECK_FALSE(phone.store.find(kept.digest));
  CHECK_FALSE(phone.store.current());
}

TEST_CASE("of all the software that it had a telephone keeps the last two", "[phone]") {
  Phone phone;
  const auto first = phone.keep("first");
  const auto second = phone.keep("second");
  const auto third = phone.keep("third");
  CHECK_FALSE(phone.store.find(first.digest));
  CHECK(phone.store.find(second.digest));
  REQUIRE(phone.store.choose(second));
  CHECK(phone.store.current()->digest == second.digest);
  CHECK(phone.store.find(third.digest));
}
