// SPDX-License-Identifier: BSD-3-Clause
#include "admission/admit.hpp"

#include <catch2/catch.hpp>

#include <string_view>
#include <vector>

using namespace portico;
using namespace portico::admission;
using namespace std::string_view_literals;

namespace {

const Mac kPhone = "00:1b:2c:00:00:01"_mac;
const Mac kStranger = "00:1b:2d:00:00:01"_mac;

Admission ask(const Applicant& applicant) {
  const std::vector<MacRule> rules{{parse_mac_pattern("00:1b:2c").value(), Verdict::Allow}};
  const auto policy = MacPolicy::build(Verdict::Deny, false, rules).value();
  const auto classes = Classes::build({{"ACME-T46*"}, {"ACME*"}}).value();
  return admit(policy, classes, applicant);
}

}  // namespace

TEST_CASE("a phone with a valid address and identifier is of its class", "[admission][P2][P3]") {
  CHECK(ask({kPhone, kPhone, true, "ACME-T46"}) == Admission{Reason::Admitted, 0});
  CHECK(ask({kPhone, kPhone, true, "ACME-T48"}) == Admission{Reason::Admitted, 1});
}

TEST_CASE("of a bad address and a bad identifier, the address is the one reason",
          "[admission][P2][P3]") {
  CHECK(ask({kStranger, kStranger, true, "nobody"}).reason == Reason::MacDenied);
  CHECK(ask({kStranger, kStranger, true, std::nullopt}).reason == Reason::MacDenied);
  CHECK(ask({kPhone, kPhone, true, "nobody"}).reason == Reason::ClassUnknown);
}

TEST_CASE("who sends no identifier is no phone", "[admission][P1]") {
  CHECK(ask({kPhone, kPhone, true, std::nullopt}).reason == Reason::NoVendorClass);
  CHECK(ask({kPhone, kPhone, true, ""}).reason == Reason::NoVendorClass);
  CHECK(ask({kPhone, kPhone, true, "\0"sv}).reason == Reason::NoVendorClass);
}

TEST_CASE("an attached phone speaks for itself only", "[admission][P2]") {
  CHECK(ask({kPhone, kStranger, true, "ACME"}).reason == Reason::MacForged);
  CHECK(ask({kPhone, kStranger, false, "ACME"}).is_admitted());
}

TEST_CASE("impossible and made-up addresses have reasons of their own", "[admission][P2]") {
  const Mac local = "02:1b:2c:00:00:01"_mac;
  CHECK(ask({{}, {}, true, "ACME"}).reason == Reason::MacImpossible);
  CHECK(ask({kBroadcastMac, kPhone, true, "ACME"}).reason == Reason::MacImpossible);
  CHECK(ask({local, local, true, "ACME"}).reason == Reason::MacLocal);
}

TEST_CASE("every reason has a sentence, and knows whether it is the address's", "[admission]") {
  for (const auto reason :
       {Reason::MacImpossible, Reason::MacForged, Reason::MacLocal, Reason::MacDenied}) {
    CHECK(is_about_mac(reason));
    CHECK_FALSE(to_string(reason).empty());
  }
  for (const auto reason : {Reason::Admitted, Reason::NoVendorClass, Reason::ClassUnknown}) {
    CHECK_FALSE(is_about_mac(reason));
    CHECK_FALSE(to_string(reason).empty());
  }
}
