// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/transfer.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::tftp;
using wire::tftp::Mode;
using Progress = Transfer::Progress;

namespace {

Served file_of(std::size_t size, BlockWrap wrap = BlockWrap::ToZero) {
  auto image = std::make_shared<Image>();
  for (std::size_t i = 0; i < size; ++i)
    image->octets.push_back(static_cast<std::uint8_t>(i % 251));
  return {image, wrap};
}

Terms terms(std::uint16_t blksize, std::uint16_t windowsize = 1) {
  Terms t;
  t.blksize = blksize;
  t.windowsize = windowsize;
  return t;
}

class Stream {
 public:
  explicit Stream(Transfer transfer) : transfer_(std::move(transfer)) {}

  /// Numbers of the blocks that go out now; their payload is kept in `last`.
  std::vector<int> flight() {
    std::vector<int> numbers;
    while (const auto block = transfer_.next(scratch_)) {
      numbers.push_back(block->number);
      last.assign(block->payload.begin(), block->payload.end());
      repeated = block->repeated;
    }
    return numbers;
  }
  Progress ack(std::uint16_t number) { return transfer_.acknowledge(number); }
  void timeout() { transfer_.rewind(); }

  std::vector<std::uint8_t> last;
  bool repeated = false;

 private:
  Transfer transfer_;
  std::vector<std::uint8_t> scratch_ = std::vector<std::uint8_t>(65464);
};

using Numbers = std::vector<int>;

}  // namespace

TEST_CASE("blocks count from 1, the last is shorter than the others", "[tftp][X-2]") {
  Stream s{{file_of(20), Mode::Octet, terms(8)}};
  CHECK(s.flight() == Numbers{1});
  CHECK(s.last.size() == 8);
  CHECK(s.flight().empty());
  CHECK(s.ack(1) == Progress::Advanced);
  CHECK(s.flight() == Numbers{2});
  CHECK(s.ack(2) == Progress::Advanced);
  CHECK(s.flight() == Numbers{3});
  CHECK(s.last == std::vector<std::uint8_t>{16, 17, 18, 19});
  CHECK(s.ack(3) == Progress::Finished);
}

TEST_CASE("a file of whole blocks, and an empty one, end with an empty block", "[tftp][X-2]") {
  Stream whole{{file_of(8), Mode::Octet, terms(8)}};
  CHECK(whole.flight() == Numbers{1});
  CHECK(whole.ack(1) == Progress::Advanced);
  CHECK(whole.flight() == Numbers{2});
  CHECK(whole.last.empty());
  CHECK(whole.ack(2) == Progress::Finished);
  Stream empty{{file_of(0), Mode::Octet, terms(8)}};
  CHECK(empty.flight() == Numbers{1});
  CHECK(empty.last.empty());
  CHECK(empty.ack(1) == Progress::Finished);
}

TEST_CASE("an acknowledgement of what was not sent, or once more, sends nothing", "[tftp][X-4]") {
  Stream s{{file_of(100), Mode::Octet, terms(8)}};
  CHECK(s.ack(0) == Progress::Duplicate);
  CHECK(s.flight() == Numbers{1});
  CHECK(s.ack(2) == Progress::Impossible);
  CHECK(s.ack(1) == Progress::Advanced);
  CHECK(s.flight() == Numbers{2});
  CHECK(s.ack(1) == Progress::Duplicate);
  CHECK(s.ack(0) == Progress::Duplicate);
  CHECK(s.flight().empty());
}

TEST_CASE("after a timeout the same block is sent, marked as repeated", "[tftp][X-5]") {
  Stream s{{file_of(100), Mode::Octet, terms(8)}};
  CHECK(s.flight() == Numbers{1});
  CHECK_FALSE(s.repeated);
  s.timeout();
  CHECK(s.flight() == Numbers{1});
  CHECK(s.repeated);
  CHECK(s.last.front() == 0);
}

TEST_CASE("a window goes out whole and is acknowledged by its last block", "[tftp][X-7]") {
  Stream s{{file_of(100), Mode::Octet, terms(8, 4)}};
  CHECK(s.flight() == Numbers{1, 2, 3, 4});
  CHECK(s.ack(4) == Progress::Advanced);
  CHECK(s.flight() == Numbers{5, 6, 7, 8});
  CHECK(s.ack(8) == Progress::Advanced);
  CHECK(s.flight() == Numbers{9, 10, 11, 12});
  CHECK(s.ack(12) == Progress::Advanced);
  CHECK(s.flight() == Numbers{13});
  CHECK(s.last.size() == 4);
  CHECK(s.ack(13) == Progress::Finished);
}

TEST_CASE("an acknowledgement within the window resumes behind it, once", "[tftp][X-4]") {
  Stream s{{file_of(100), Mode::Octet, terms(8, 4)}};
  CHECK(s.flight() == Numbers{1, 2, 3, 4});
  CHECK(s.ack(2) == Progress::Advanced);
  CHECK(s.flight() == Numbers{3, 4, 5, 6});
  CHECK(s.last.front() == 40);
  CHECK(s.ack(2) == Progress::Duplicate);
  CHECK(s.flight().empty());
  CHECK(s.ack(7) == Progress::Impossible);
}

TEST_CASE("after 65535 comes 0, or 1 where the class says so", "[tftp][X-9]") {
  const auto wrap = GENERATE(BlockWrap::ToZero, BlockWrap::ToOne);
  Stream s{{file_of(8 * 140'000 + 3, wrap), Mode::Octet, terms(8)}};
  std::uint64_t block = 0;
  std::vector<std::uint8_t> received;
  auto progress = Progress::Advanced;
  while (progress == Progress::Advanced) {
    const auto numbers = s.flight();
    REQUIRE(numbers.size() == 1);
    ++block;
    const auto expected = wrap == BlockWrap::ToZero ? block % 65536 : (block - 1) % 65535 + 1;
    REQUIRE(numbers.front() == static_cast<int>(expected));
    received.insert(received.end(), s.last.begin(), s.last.end());
    progress = s.ack(static_cast<std::uint16_t>(numbers.front()));
  }
  CHECK(progress == Progress::Finished);
  CHECK(block == 140'001);
  CHECK(received == file_of(8 * 140'000 + 3).image->octets);
}

TEST_CASE("a window across the wrap is acknowledged in part and whole", "[tftp][X-9]") {
  const auto wrap = GENERATE(BlockWrap::ToZero, BlockWrap::ToOne);
  Stream s{{file_of(8 * 70'000, wrap), Mode::Octet, terms(8, 5)}};
  for (std::uint16_t block = 5; block < 65535; block = static_cast<std::uint16_t>(block + 5)) {
    REQUIRE(s.flight().size() == 5);
    REQUIRE(s.ack(block) == Progress::Advanced);
    if (block == 65530) break;
  }
  CHECK(s.flight() == Numbers{65531, 65532, 65533, 65534, 65535});
  CHECK(s.ack(65533) == Progress::Advanced);
  if (wrap == BlockWrap::ToZero) {
    CHECK(s.flight() == Numbers{65534, 65535, 0, 1, 2});
    CHECK(s.ack(0) == Progress::Advanced);
    CHECK(s.ack(65535) == Progress::Duplicate);
    CHECK(s.flight() == Numbers{1, 2, 3, 4, 5});
  } else {
    CHECK(s.flight() == Numbers{65534, 65535, 1, 2, 3});
    CHECK(s.ack(0) == Progress::Duplicate);
    CHECK(s.ack(1) == Progress::Advanced);
    CHECK(s.ack(65535) == Progress::Duplicate);
    CHECK(s.flight() == Numbers{2, 3, 4, 5, 6});
  }
}

TEST_CASE("data waits until the options' acknowledgement is acknowledged", "[tftp][X-6]") {
  auto with_options = terms(8);
  with_options.accepted.blksize = 8;
  Stream s{{file_of(20), Mode::Octet, with_options}};
  CHECK(s.flight().empty());
  CHECK(s.ack(1) == Progress::Impossible);
  CHECK(s.ack(0) == Progress::Advanced);
  CHECK(s.flight() == Numbers{1});
}

TEST_CASE("netascii is converted block by block, and again after a loss", "[tftp][X-10]") {
  auto image = std::make_shared<Image>();
  const std::string text = "line 1\nline 2\rline 3\n";
  image->octets.assign(text.begin(), text.end());
  Stream s{{{image, BlockWrap::ToZero}, Mode::Netascii, terms(8, 2)}};
  const auto last = [&s] { return std::string{s.last.begin(), s.last.end()}; };
  CHECK(s.flight() == Numbers{1, 2});
  CHECK(last() == std::string("line 2\r\0", 8));
  CHECK(s.ack(1) == Progress::Advanced);
  CHECK(s.flight() == Numbers{2, 3});
  CHECK(last() == "line 3\r\n");
  s.timeout();
  CHECK(s.flight() == Numbers{2, 3});
  CHECK(s.ack(3) == Progress::Advanced);
  CHECK(s.flight() == Numbers{4});
  CHECK(last().empty());
  CHECK(s.ack(4) == Progress::Finished);
}
