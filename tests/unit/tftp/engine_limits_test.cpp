// SPDX-License-Identifier: BSD-3-Clause
#include <catch2/catch.hpp>

#include "engine_bench.hpp"
#include <string>

using namespace bench;

namespace {

const Endpoint kClient{kPhone, 2070};

Octets raw(std::string_view text) { return {text.begin(), text.end()}; }

void check_refused(Bench& b, const std::vector<Sent>& answer, ErrorCode code,
                   std::string_view message, const stats::Counter& why) {
  REQUIRE(answer.size() == 1);
  CHECK(answer[0].from.port >= 49152);
  CHECK(answer[0].error() == code);
  CHECK(answer[0].as<wire::tftp::Error>().message == message);
  CHECK(why.value() == 1);
  CHECK(b.engine.live() == 0);
  CHECK_FALSE(b.engine.next_deadline());
}

}  // namespace

TEST_CASE("a refusal says why, and is sent once", "[tftp][X-3][X-8]") {
  Bench b;
  const auto& c = b.counters();
  SECTION("the server is read-only") {
    check_refused(b, b.receive(kClient, 69, raw("\0\2fw.bin\0octet\0"sv)),
                  ErrorCode::AccessViolation, "this server is read-only", c.refused_write);
  }
  SECTION("mail is not for files") {
    check_refused(b, b.receive(kClient, 69, raw("\0\1fw.bin\0mail\0"sv)),
                  ErrorCode::IllegalOperation, "mail mode is not supported", c.refused_mode);
  }
  SECTION("an unknown mode") {
    check_refused(b, b.receive(kClient, 69, raw("\0\1fw.bin\0image\0"sv)),
                  ErrorCode::IllegalOperation, "the mode must be octet or netascii",
                  c.refused_mode);
  }
  SECTION("contradictory options") {
    check_refused(b,
                  b.receive(kClient, 69,
                            raw("\0\1fw.bin\0octet\0tsize\0"
                                "0\0tsize\0"
                                "0\0"sv)),
                  ErrorCode::OptionNegotiation, "an option stands twice or is no number",
                  c.refused_options);
  }
  SECTION("an impossible blksize") {
    check_refused(b, b.request(kClient, "fw.bin", {7, {}, {}, {}}), ErrorCode::OptionNegotiation,
                  "blksize must be 8 or more", c.refused_options);
  }
  SECTION("a file that is not there") {
    check_refused(b, b.request(kClient, "none.bin"), ErrorCode::NotFound, "no such file",
                  c.refused_not_found);
  }
  SECTION("a name outside the root") {
    check_refused(b, b.request(kClient, "../x"), ErrorCode::AccessViolation, "outside the root",
                  c.refused_access);
  }
  SECTION("an address that holds no lease") {
    check_refused(b, b.request({"10.20.0.66"_ip, 2070}, "fw.bin"), ErrorCode::NoSuchUser,
                  "no lease", c.refused_no_lease);
  }
}

TEST_CASE("one phone has a limited number of transfers, and room again after each", "[tftp][X-8]") {
  Bench b{{.address = kGateway, .transfers_per_phone = 2, .limits = {}}};
  const auto tid = b.request({kPhone, 1}, "fw.bin").at(0).from.port;
  CHECK(b.request({kPhone, 65535}, "fw.bin").at(0).data() == 1);
  const auto refused = b.request({kPhone, 2072}, "fw.bin");
  CHECK(refused.at(0).error() == ErrorCode::Undefined);
  CHECK(refused.at(0).as<wire::tftp::Error>().message ==
        "too many transfers of one phone: try again later");
  CHECK(b.counters().refused_phone_limit.value() == 1);
  CHECK(b.request({kOtherPhone, 1}, "fw.bin").at(0).data() == 1);
  b.error({kPhone, 1}, tid);
  CHECK(b.request({kPhone, 2072}, "fw.bin").at(0).data() == 1);
}

TEST_CASE("there is a limit in all", "[tftp][X-8]") {
  Bench b{{.address = kGateway, .transfers = 3, .limits = {}}};
  for (std::uint32_t phone = 0; phone < 3; ++phone)
    CHECK(b.request({{kPhone.bits + phone}, 2070}, "fw.bin").at(0).data() == 1);
  const auto refused = b.request({{kPhone.bits + 3}, 2070}, "fw.bin");
  CHECK(refused.at(0).error() == ErrorCode::Undefined);
  CHECK(refused.at(0).as<wire::tftp::Error>().message == "too many transfers: try again later");
  CHECK(b.counters().refused_too_many.value() == 1);
}

TEST_CASE("a refusal always finds a free port, however many transfers are configured",
          "[tftp][X-1]") {
  Bench b{{.address = kGateway, .first_tid = 50000, .last_tid = 50003, .limits = {}}};
  for (std::uint32_t phone = 0; phone < 3; ++phone)
    CHECK(b.request({{kPhone.bits + phone}, 2070}, "fw.bin").at(0).data() == 1);
  const auto refused = b.request({{kPhone.bits + 3}, 2070}, "fw.bin");
  CHECK(refused.at(0).error() == ErrorCode::Undefined);
  CHECK(refused.at(0).from.port >= 50000);
  CHECK(refused.at(0).from.port <= 50003);
}

TEST_CASE("thousands of transfers run side by side, each with its own file position",
          "[tftp][X-1]") {
  Bench b;
  std::vector<std::pair<Endpoint, std::uint16_t>> running;
  for (std::uint32_t phone = 0; phone < 4096; ++phone) {
    const Endpoint client{{"10.21.0.0"_ip.bits + phone}, 2070};
    running.emplace_back(client, b.request(client, "fw.bin").at(0).from.port);
  }
  CHECK(b.engine.live() == 4096);
  for (std::uint16_t block = 1; block <= 3; ++block)
    for (const auto& [client, tid] : running) {
      const auto sent = b.ack(client, tid, block);
      REQUIRE(sent.size() == (block < 3 ? 1u : 0u));
      if (block < 3) REQUIRE(sent[0].data() == block + 1);
    }
  CHECK(b.engine.live() == 0);
  CHECK(b.counters().completed.value() == 4096);
}
