// SPDX-License-Identifier: BSD-3-Clause
// TFTP messages, for the server and for the phone: RFC 1350, with the options of RFC 2347, 2348,
// 2349 and 7440. Views point into the datagram they were parsed from.
#pragma once

#include "base/endian.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace portico::wire::tftp {

inline constexpr std::uint16_t kServerPort = 69;
inline constexpr std::size_t kHeaderSize = 4;          ///< of DATA; the whole of an ACK
inline constexpr std::size_t kMaxRequestSize = 512;    ///< RFC 2347, "Packet Formats"
inline constexpr std::uint16_t kDefaultBlksize = 512;  ///< RFC 1350 section 2
inline constexpr std::uint16_t kMinBlksize = 8;        ///< RFC 2348
inline constexpr std::uint16_t kMaxBlksize = 65464;    ///< RFC 2348
inline constexpr std::uint8_t kMinTimeout = 1;         ///< seconds, RFC 2349
inline constexpr std::uint8_t kMaxTimeout = 255;       ///< seconds, RFC 2349

enum class Opcode : std::uint16_t {
  ReadRequest = 1,
  WriteRequest = 2,
  Data = 3,
  Ack = 4,
  Error = 5,
  OptionAck = 6,
};

/// Error codes of RFC 1350 (appendix) and RFC 2347. A peer may send others.
enum class ErrorCode : std::uint16_t {
  Undefined = 0,
  NotFound = 1,
  AccessViolation = 2,
  DiskFull = 3,
  IllegalOperation = 4,
  UnknownTid = 5,
  FileExists = 6,
  NoSuchUser = 7,
  OptionNegotiation = 8,
};

enum class Mode : std::uint8_t { Octet, Netascii, Mail, Unknown };

/// The options we know, as sent: whether a value is in its range is for the negotiation to judge. A
/// number too large for 64 bits is the largest that fits. Other options are skipped (RFC 2347).
struct Options {
  std::optional<std::uint64_t> blksize;     ///< octets of a full DATA block
  std::optional<std::uint64_t> timeout_s;   ///< seconds between retransmissions
  std::optional<std::uint64_t> tsize;       ///< octets of the file; 0 in a read request
  std::optional<std::uint64_t> windowsize;  ///< blocks sent without waiting for an ACK

  friend bool operator==(const Options&, const Options&) = default;
  [[nodiscard]] bool empty() const noexcept { return *this == Options{}; }
};

enum class RequestKind : std::uint8_t { Read, Write };

struct Request {
  RequestKind kind = RequestKind::Read;
  std::string_view file;  ///< not empty, no NUL; otherwise anything
  Mode mode = Mode::Octet;
  std::optional<Options> options = Options{};  ///< none: one stands twice, or is no number
};
struct Data {
  std::uint16_t block = 0;
  Bytes payload;
};
struct Ack {
  std::uint16_t block = 0;
};
struct Error {
  ErrorCode code = ErrorCode::Undefined;
  std::string_view message;  ///< no NUL; otherwise any octets, so not for a terminal as it is
};
struct OptionAck {
  Options options;
};
using Message = std::variant<Request, Data, Ack, Error, OptionAck>;

/// None: no TFTP message, or a truncated one. An ACK may be followed by octets that mean nothing,
/// and the text of an ERROR may lack its NUL: both are sent by clients in the field.
[[nodiscard]] std::optional<Message> parse(Bytes datagram) noexcept;

/// A message without data, built in place: RRQ, WRQ, OACK or ERROR.
class Packet {
 public:
  [[nodiscard]] Bytes bytes() const noexcept { return Bytes{octets_}.first(size_); }

  /// None: the file's name is empty, holds a NUL or is too long, or the mode is unknown.
  [[nodiscard]] static std::optional<Packet> request(const Request& request) noexcept;
  [[nodiscard]] static Packet option_ack(const Options& options) noexcept;
  /// The message is cut at its first NUL and where the packet is full.
  [[nodiscard]] static Packet error(ErrorCode code, std::string_view message) noexcept;

 private:
  explicit Packet(Opcode opcode) noexcept;
  void put16(std::uint16_t value) noexcept;
  void put(std::string_view text) noexcept;
  void put(std::string_view name, const std::optional<std::uint64_t>& value) noexcept;
  void put(const Options& options) noexcept;

  std::array<std::uint8_t, kMaxRequestSize> octets_;
  std::size_t size_ = 0;
};

/// What stands before the payload of DATA.
[[nodiscard]] std::array<std::uint8_t, kHeaderSize> data_header(std::uint16_t block) noexcept;
[[nodiscard]] std::array<std::uint8_t, kHeaderSize> ack(std::uint16_t block) noexcept;

}  // namespace portico::wire::tftp
