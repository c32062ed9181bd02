// SPDX-License-Identifier: BSD-3-Clause
#include "wire/tftp.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace portico::wire::tftp {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Modes and option names compare without case (RFC 1350 section 5, RFC 2347).
bool same(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Takes NUL-terminated texts off the front.
class TextReader {
 public:
  explicit TextReader(Bytes bytes) noexcept
      : rest_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  /// None: no NUL is left.
  [[nodiscard]] std::optional<std::string_view> next() noexcept {
    const auto end = rest_.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

 private:
  std::string_view rest_;
};

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || fault == std::errc::invalid_argument) return std::nullopt;
  if (fault == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return value;
}

/// Null: an option we do not know.
std::optional<std::uint64_t>* field_of(Options& options, std::string_view name) noexcept {
  if (same(name, "blksize")) return &options.blksize;
  if (same(name, "timeout")) return &options.timeout_s;
  if (same(name, "tsize")) return &options.tsize;
  if (same(name, "windowsize")) return &options.windowsize;
  return nullptr;
}

enum class OptionFault : std::uint8_t { None, Contradictory, Truncated };

OptionFault read_options(TextReader& texts, Options& options) noexcept {
  auto fault = OptionFault::None;
  while (!texts.at_end()) {
    const auto name = texts.next();
    const auto value = texts.next();
    if (!name || name->empty() || !value) return OptionFault::Truncated;
    auto* const field = field_of(options, *name);
    if (field == nullptr) continue;
    const auto number = parse_number(*value);
    if (!number || field->has_value()) fault = OptionFault::Contradictory;
    *field = number;
  }
  return fault;
}

Mode mode_of(std::string_view text) noexcept {
  if (same(text, "octet")) return Mode::Octet;
  if (same(text, "netascii")) return Mode::Netascii;
  if (same(text, "mail")) return Mode::Mail;
  return Mode::Unknown;
}

std::string_view text_of(Mode mode) noexcept {
  switch (mode) {
    case Mode::Octet:
      return "octet";
    case Mode::Netascii:
      return "netascii";
    case Mode::Mail:
      return "mail";
    case Mode::Unknown:
      break;
  }
  return {};
}

std::optional<Message> parse_request(RequestKind kind, Bytes datagram) noexcept {
  if (datagram.size() > kMaxRequestSize) return std::nullopt;
  TextReader texts{datagram.subspan(2)};
  const auto file = texts.next();
  const auto mode = texts.next();
  if (!file || file->empty() || !mode) return std::nullopt;
  Request request{kind, *file, mode_of(*mode), Options{}};
  switch (read_options(texts, *request.options)) {
    case OptionFault::None:
      break;
    case OptionFault::Contradictory:
      request.options.reset();
      break;
    case OptionFault::Truncated:
      return std::nullopt;
  }
  return request;
}

std::optional<Message> parse_error(Bytes datagram) noexcept {
  if (datagram.size() < kHeaderSize) return std::nullopt;
  const auto text = datagram.subspan(kHeaderSize);
  const std::string_view message{reinterpret_cast<const char*>(text.data()), text.size()};
  return Error{ErrorCode{load_be<std::uint16_t>(&datagram[2])},
               message.substr(0, message.find('\0'))};
}

std::optional<Message> parse_option_ack(Bytes datagram) noexcept {
  TextReader texts{datagram.subspan(2)};
  OptionAck message;
  if (read_options(texts, message.options) != OptionFault::None) return std::nullopt;
  return message;
}

std::array<std::uint8_t, kHeaderSize> header(Opcode opcode, std::uint16_t block) noexcept {
  std::array<std::uint8_t, kHeaderSize> octets;
  store_be(&octets[0], static_cast<std::uint16_t>(opcode));
  store_be(&octets[2], block);
  return octets;
}

}  // namespace

std::optional<Message> parse(Bytes datagram) noexcept {
  if (datagram.size() < 2) return std::nullopt;
  const auto opcode = Opcode{load_be<std::uint16_t>(datagram.data())};
  switch (opcode) {
    case Opcode::ReadRequest:
      return parse_request(RequestKind::Read, datagram);
    case Opcode::WriteRequest:
      return parse_request(RequestKind::Write, datagram);
    case Opcode::Error:
      return parse_error(datagram);
    case Opcode::OptionAck:
      return parse_option_ack(datagram);
    case Opcode::Data:
    case Opcode::Ack:
      break;
    default:
      return std::nullopt;
  }
  if (datagram.size() < kHeaderSize) return std::nullopt;
  const auto block = load_be<std::uint16_t>(&datagram[2]);
  if (opcode == Opcode::Ack) return Ack{block};
  return Data{block, datagram.subspan(kHeaderSize)};
}

Packet::Packet(Opcode opcode) noexcept { put16(static_cast<std::uint16_t>(opcode)); }

void Packet::put16(std::uint16_t value) noexcept {
  store_be(&octets_[size_], value);
  size_ += sizeof value;
}

/// The caller has seen to it that the text and its NUL fit.
void Packet::put(std::string_view text) noexcept {
  std::copy(text.begin(), text.end(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += text.size();
  octets_[size_++] = 0;
}

void Packet::put(std::string_view name, const std::optional<std::uint64_t>& value) noexcept {
  if (!value) return;
  put(name);
  std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *value).ptr;
  put(std::string_view{digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void Packet::put(const Options& options) noexcept {
  put("blksize", options.blksize);
  put("timeout", options.timeout_s);
  put("tsize", options.tsize);
  put("windowsize", options.windowsize);
}

std::optional<Packet> Packet::request(const Request& request) noexcept {
  const auto mode = text_of(request.mode);
  if (mode.empty() || request.file.empty() || request.file.find('\0') != std::string_view::npos)
    return std::nullopt;
  // As long as the finished request, but for the name, the mode and their NULs.
  Packet tail{Opcode::ReadRequest};
  tail.put(request.options.value_or(Options{}));
  const auto room = kMaxRequestSize - tail.size_ - mode.size() - 2;
  if (request.file.size() > room) return std::nullopt;
  Packet packet{request.kind == RequestKind::Read ? Opcode::ReadRequest : Opcode::WriteRequest};
  packet.put(request.file);
  packet.put(mode);
  packet.put(request.options.value_or(Options{}));
  return packet;
}

Packet Packet::option_ack(const Options& options) noexcept {
  Packet packet{Opcode::OptionAck};
  packet.put(options);
  return packet;
}

Packet Packet::error(ErrorCode code, std::string_view message) noexcept {
  Packet packet{Opcode::Error};
  packet.put16(static_cast<std::uint16_t>(code));
  packet.put(message.substr(0, message.find('\0')).substr(0, kMaxRequestSize - kHeaderSize - 1));
  return packet;
}

std::array<std::uint8_t, kHeaderSize> data_header(std::uint16_t block) noexcept {
  return header(Opcode::Data, block);
}

std::array<std::uint8_t, kHeaderSize> ack(std::uint16_t block) noexcept {
  return header(Opcode::Ack, block);
}

}  // namespace portico::wire::tftp
