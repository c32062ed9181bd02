// SPDX-License-Identifier: BSD-3-Clause
// A DHCP message, read and written by a server as well as by a client (RFC 2131, RFC 2132). What an
// option means inside is dhcp_options.hpp's.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace portico::wire::dhcp {

inline constexpr std::uint16_t kServerPort = 67;
inline constexpr std::uint16_t kClientPort = 68;
inline constexpr std::size_t kHeaderSize = 240;  ///< the fixed 236 octets and the cookie
inline constexpr std::size_t kPaddedSize = 300;  ///< old relays drop less (RFC 1542 section 2.1)
/// Option 57 counts the IP datagram: 20 octets of IP and 8 of UDP are not ours (RFC 2131 section
/// 2).
inline constexpr std::size_t kIpUdpSize = 28;
inline constexpr std::size_t kMaxMessageSize = 65535 - kIpUdpSize;
inline constexpr std::uint16_t kLeastMaxDatagram = 576;  ///< what every client takes
inline constexpr std::uint16_t kBroadcastFlag = 0x8000;
inline constexpr std::uint8_t kEthernet = 1;  ///< htype, RFC 1700

enum class Op : std::uint8_t { Request = 1, Reply = 2 };

/// Option 53, RFC 2132 section 9.6.
enum class Type : std::uint8_t {
  Discover = 1,
  Offer = 2,
  Request = 3,
  Decline = 4,
  Ack = 5,
  Nak = 6,
  Release = 7,
  Inform = 8,
};

/// Option numbers: RFC 2132, and for the rest the RFC named beside.
namespace code {
inline constexpr std::uint8_t kPad = 0;
inline constexpr std::uint8_t kSubnetMask = 1;
inline constexpr std::uint8_t kRouters = 3;
inline constexpr std::uint8_t kDns = 6;
inline constexpr std::uint8_t kHostName = 12;
inline constexpr std::uint8_t kBroadcast = 28;
inline constexpr std::uint8_t kNtp = 42;
inline constexpr std::uint8_t kVendorSpecific = 43;
inline constexpr std::uint8_t kRequestedAddress = 50;
inline constexpr std::uint8_t kLeaseTime = 51;
inline constexpr std::uint8_t kOverload = 52;
inline constexpr std::uint8_t kMessageType = 53;
inline constexpr std::uint8_t kServerIdentifier = 54;
inline constexpr std::uint8_t kParameterRequestList = 55;
inline constexpr std::uint8_t kMessage = 56;
inline constexpr std::uint8_t kMaxMessageSize = 57;
inline constexpr std::uint8_t kRenewalTime = 58;
inline constexpr std::uint8_t kRebindingTime = 59;
inline constexpr std::uint8_t kVendorClass = 60;
inline constexpr std::uint8_t kClientIdentifier = 61;
inline constexpr std::uint8_t kTftpServerName = 66;
inline constexpr std::uint8_t kBootFile = 67;
inline constexpr std::uint8_t kRelayInformation = 82;    // RFC 3046
inline constexpr std::uint8_t kTimeZone = 100;           // RFC 4833
inline constexpr std::uint8_t kTimeZoneName = 101;       // RFC 4833
inline constexpr std::uint8_t kSipServers = 120;         // RFC 3361
inline constexpr std::uint8_t kVendorClasses = 124;      // RFC 3925
inline constexpr std::uint8_t kVendorInformation = 125;  // RFC 3925
inline constexpr std::uint8_t kTftpServers = 150;        // RFC 5859
inline constexpr std::uint8_t kPortParameters = 159;     // RFC 7618
inline constexpr std::uint8_t kEnd = 255;
}  // namespace code

/// The fixed part, RFC 2131 section 2. In a parsed message, sname and file are zero where they
/// carried options (option 52).
struct Header {
  Op op = Op::Request;
  std::uint8_t htype = kEthernet;
  std::uint8_t hlen = 6;  ///< at most 16
  std::uint8_t hops = 0;
  std::uint32_t xid = 0;
  std::uint16_t secs = 0;
  std::uint16_t flags = 0;
  Ipv4 ciaddr{};
  Ipv4 yiaddr{};
  Ipv4 siaddr{};
  Ipv4 giaddr{};
  std::array<std::uint8_t, 16> chaddr{};
  std::array<std::uint8_t, 64> sname{};
  std::array<std::uint8_t, 128> file{};

  friend bool operator==(const Header&, const Header&) = default;
  /// The first six octets of chaddr.
  [[nodiscard]] Mac mac() const noexcept;
  void set_mac(const Mac& mac) noexcept;
  /// The file name up to its NUL.
  [[nodiscard]] std::string_view file_name() const noexcept;
  /// False, and nothing written, if the name with its NUL is longer than the field.
  [[nodiscard]] bool set_file_name(std::string_view name) noexcept;
};

/// Why bytes are no DHCP message.
enum class Malformed : std::uint8_t {
  TooShort,         ///< below 240 octets
  TooLong,          ///< more than a UDP datagram can carry
  BadOp,            ///< neither request nor reply
  BadHardware,      ///< htype 0, or hlen beyond chaddr
  NoCookie,         ///< BOOTP without options
  TruncatedOption,  ///< an option ends beyond its field
  BadOverload,      ///< option 52 is not one octet of 1 to 3
};

/// A message that was parsed. It refers to the bytes it was parsed from, which must outlive it.
/// Options of one code are one value, whatever pieces and fields they came in (RFC 3396).
class Message {
 public:
  [[nodiscard]] static std::variant<Message, Malformed> parse(Bytes payload);

  [[nodiscard]] const Header& header() const noexcept { return header_; }
  /// Option 53; none if absent, longer than an octet, or no type of RFC 2132.
  [[nodiscard]] std::optional<Type> type() const noexcept;
  /// The octets of any option but 0, 52 and 255. Empty is not absent.
  [[nodiscard]] std::optional<Bytes> option(std::uint8_t code) const noexcept;

  // Absent, or of another length than the type's: none.
  [[nodiscard]] std::optional<std::uint16_t> number16(std::uint8_t code) const noexcept;
  [[nodiscard]] std::optional<std::uint32_t> number32(std::uint8_t code) const noexcept;
  [[nodiscard]] std::optional<Ipv4> address(std::uint8_t code) const noexcept;
  /// Without trailing NULs, which some phones send (RFC 2132 section 2); none if nothing is left.
  [[nodiscard]] std::optional<std::string_view> text(std::uint8_t code) const noexcept;

 private:
  enum class Place : std::uint8_t { Absent, Payload, Joined };
  struct Slice {
    std::uint16_t offset = 0;
    std::uint16_t length = 0;
    Place place = Place::Absent;
  };

  /// Where options stand: the options field, then file, then sname (RFC 2131 section 4.1).
  struct Fields;

  Message() = default;
  [[nodiscard]] std::optional<Malformed> index_options();
  [[nodiscard]] bool index_field(std::size_t begin, std::size_t end) noexcept;
  void join(const Fields& fields);

  Bytes payload_;
  Header header_;
  std::array<Slice, 256> slices_{};
  std::vector<std::uint8_t> joined_;  // values that came in pieces: none in most messages
};

/// Writes messages one after the other into the same memory.
class Builder {
 public:
  /// Begins a message. A sname or file that is all zero may be taken for options.
  void start(const Header& header);

  /// Options are written in the order they were added, each code at most once (52 and 82 never).
  void add(std::uint8_t code, Bytes value);
  void add_text(std::uint8_t code, std::string_view value);
  void add_number8(std::uint8_t code, std::uint8_t value);
  void add_number16(std::uint8_t code, std::uint16_t value);
  void add_number32(std::uint8_t code, std::uint32_t value);
  void add_address(std::uint8_t code, Ipv4 value);
  [[nodiscard]] bool has(std::uint8_t code) const noexcept;
  /// Takes an option out again, to make room; nothing happens if it is not there.
  void remove(std::uint8_t code) noexcept;
  [[nodiscard]] Header& header() noexcept { return header_; }
  /// Option 82: last before the end and never in sname or file (RFC 3046 section 2.1).
  void set_relay_information(Bytes value);

  /// The message, of kPaddedSize to `max_size` octets, padded with zeros; none if it does not fit.
  /// An option is split only if it is longer than 255 octets or fits nowhere whole. Valid until the
  /// next call.
  [[nodiscard]] std::optional<Bytes> finish(std::size_t max_size);

 private:
  struct Item {
    std::uint8_t code;
    std::size_t offset;
    std::size_t length;
  };
  struct Field;

  [[nodiscard]] Bytes value(const Item& item) const noexcept;
  [[nodiscard]] bool fill(Field& options) noexcept;
  [[nodiscard]] bool fill_overloaded(Field& options) noexcept;
  [[nodiscard]] static bool place(std::span<Field> fields, std::uint8_t code, Bytes value) noexcept;
  void write_header() noexcept;

  Header header_;
  std::vector<Item> items_;
  std::vector<std::uint8_t> values_;
  std::optional<std::vector<std::uint8_t>> relay_information_;
  std::vector<std::uint8_t> out_;
};

}  // namespace portico::wire::dhcp
