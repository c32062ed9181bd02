// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/tftp_client.hpp"

#include "app/phone/printable.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace portico::phone {
namespace {

namespace tftp = wire::tftp;

constexpr Time kNever{std::numeric_limits<std::int64_t>::max()};
constexpr std::uint32_t kDoublings = 3;  ///< 1 s becomes 8 s (RFC 1123 section 4.2.3.2)

bool is_within(const std::optional<std::uint64_t>& answered, std::uint64_t least,
               std::uint64_t asked) {
  return !answered || (least <= *answered && *answered <= asked);
}

}  // namespace

TftpClient::TftpClient(TftpRead read) : read_(std::move(read)) {}

std::optional<TftpClient::Reply> TftpClient::start(Time now) {
  if (!tftp::Packet::request({.file = read_.file})) {
    fail("the name of the file cannot be asked for");
    return std::nullopt;
  }
  wait(now);
  return request();
}

TftpClient::Reply TftpClient::request() const {
  tftp::Options options;
  if (with_options_)
    options = {.blksize = read_.blksize,
               .timeout_s = read_.timeout_s,
               .tsize = 0,
               .windowsize = read_.windowsize};
  auto packet = tftp::Packet::request({.file = read_.file, .options = options});
  // A name that leaves no room for options is asked for without.
  if (!packet) packet = tftp::Packet::request({.file = read_.file, .options = tftp::Options{}});
  const auto bytes = packet->bytes();
  return {{read_.server, tftp::kServerPort}, {bytes.begin(), bytes.end()}};
}

std::optional<TftpClient::Reply> TftpClient::receive(const wire::Datagram& datagram, Time now) {
  if (state_ == State::Complete || state_ == State::Failed) return std::nullopt;
  if (datagram.source.address != read_.server) return std::nullopt;
  const auto message = tftp::parse(datagram.payload);
  if (!message) return std::nullopt;
  if (!peer_) peer_ = datagram.source;
  if (datagram.source != *peer_) {
    // A second transfer, begun by a repeated request, ends here; ours goes on (RFC 1350 section 4).
    if (std::holds_alternative<tftp::Error>(*message)) return std::nullopt;
    const auto packet = tftp::Packet::error(tftp::ErrorCode::UnknownTid, "unknown transfer");
    return Reply{datagram.source, {packet.bytes().begin(), packet.bytes().end()}};
  }
  return std::visit([&](const auto& m) { return take(m, now); }, *message);
}

std::optional<TftpClient::Reply> TftpClient::tick(Time now) {
  if (now < deadline_) return std::nullopt;
  if (tries_ > read_.retries) {
    fail(peer_ ? "the server fell silent" : "the server does not answer");
    return std::nullopt;
  }
  wait(now);
  if (state_ == State::Asking) return request();
  return acknowledge();
}

std::optional<TftpClient::Reply> TftpClient::take(const tftp::OptionAck& answer, Time now) {
  const auto& options = answer.options;
  if (state_ == State::Receiving) {
    // Repeated because our acknowledgement of it was lost.
    return received_ == 0 && octets_.empty() ? out_of_order(now) : std::nullopt;
  }
  const bool as_asked = with_options_ &&
                        is_within(options.blksize, tftp::kMinBlksize, read_.blksize) &&
                        is_within(options.windowsize, 1, read_.windowsize) &&
                        is_within(options.timeout_s, read_.timeout_s, read_.timeout_s);
  if (!as_asked)
    return refuse(tftp::ErrorCode::OptionNegotiation, "options that were not asked for");
  if (options.tsize.value_or(0) > read_.max_octets)
    return refuse(tftp::ErrorCode::DiskFull, "the file is too large");
  blksize_ = static_cast<std::uint16_t>(options.blksize.value_or(tftp::kDefaultBlksize));
  windowsize_ = static_cast<std::uint16_t>(options.windowsize.value_or(1));
  octets_.reserve(options.tsize.value_or(0));
  state_ = State::Receiving;
  tries_ = 0;
  wait(now);
  return acknowledge();
}

std::optional<TftpClient::Reply> TftpClient::take(const tftp::Data& data, Time now) {
  state_ = State::Receiving;  // from Asking: the server ignored all options (RFC 2347)
  if (data.block != static_cast<std::uint16_t>(received_ + 1)) return out_of_order(now);
  if (data.payload.size() > blksize_)
    return refuse(tftp::ErrorCode::IllegalOperation, "a block longer than agreed");
  if (octets_.size() + data.payload.size() > read_.max_octets)
    return refuse(tftp::ErrorCode::DiskFull, "the file is too large");
  octets_.insert(octets_.end(), data.payload.begin(), data.payload.end());
  ++received_;
  gap_told_ = false;
  tries_ = 0;
  wait(now);
  if (data.payload.size() < blksize_) return finish();
  if (++unacknowledged_ < windowsize_) return std::nullopt;
  return acknowledge();
}

std::optional<TftpClient::Reply> TftpClient::take(const tftp::Error& error, Time now) {
  const bool about_options = error.code == tftp::ErrorCode::OptionNegotiation;
  if (state_ == State::Asking && with_options_ && about_options) {
    with_options_ = false;
    peer_.reset();
    tries_ = 0;
    wait(now);
    return request();
  }
  fail("error " + std::to_string(static_cast<unsigned>(error.code)) + ": " +
       printable(error.message));
  return std::nullopt;
}

template <class Other>
std::optional<TftpClient::Reply> TftpClient::take(const Other&, Time) {
  return refuse(tftp::ErrorCode::IllegalOperation, "not an answer to a read request");
}

/// Says once where we are; the server goes on from there (RFC 7440 section 4). A second time could
/// make it send everything twice for ever, so that is left to the timer.
std::optional<TftpClient::Reply> TftpClient::out_of_order(Time now) {
  if (std::exchange(gap_told_, true)) return std::nullopt;
  wait(now);
  return acknowledge();
}

std::optional<TftpClient::Reply> TftpClient::finish() {
  state_ = State::Complete;
  deadline_ = kNever;
  return acknowledge();
}

TftpClient::Reply TftpClient::acknowledge() {
  unacknowledged_ = 0;
  const auto ack = tftp::ack(received_);
  return {*peer_, {ack.begin(), ack.end()}};
}

TftpClient::Reply TftpClient::refuse(tftp::ErrorCode code, std::string why) {
  const auto packet = tftp::Packet::error(code, why);
  fail(std::move(why));
  return {*peer_, {packet.bytes().begin(), packet.bytes().end()}};
}

void TftpClient::fail(std::string why) {
  state_ = State::Failed;
  deadline_ = kNever;
  failure_ = std::move(why);
  octets_.clear();
}

void TftpClient::wait(Time now) {
  deadline_ = now + std::chrono::seconds{read_.timeout_s} * (1u << std::min(tries_, kDoublings));
  ++tries_;
}

}  // namespace portico::phone
