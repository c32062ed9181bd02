// SPDX-License-Identifier: BSD-3-Clause
#include "base/expects.hpp"
#include "wire/dhcp.hpp"
#include "wire/dhcp_layout.hpp"

#include <algorithm>

namespace portico::wire::dhcp {
namespace {

constexpr std::size_t kMaxPiece = 255;
constexpr std::size_t kPieceHead = 2;     // code and length
constexpr std::size_t kOverloadSize = 3;  // option 52 itself

template <std::size_t N>
bool is_unused(const std::array<std::uint8_t, N>& field) noexcept {
  return std::ranges::all_of(field, [](std::uint8_t octet) { return octet == 0; });
}

/// Octets of an option with code and length, in as many pieces as it takes.
constexpr std::size_t encoded_size(std::size_t length) noexcept {
  return length + kPieceHead * std::max<std::size_t>(1, (length + kMaxPiece - 1) / kMaxPiece);
}

}  // namespace

/// Room for options in one place of the message.
struct Builder::Field {
  std::uint8_t* at;
  std::size_t room;

  void write(std::uint8_t code, Bytes value) noexcept {
    do {
      const auto length = std::min(value.size(), kMaxPiece);
      put_piece(code, value.first(length));
      value = value.subspan(length);
    } while (!value.empty());
  }
  /// As much as there is room for, in pieces; what is left of the value.
  [[nodiscard]] Bytes write_some(std::uint8_t code, Bytes value) noexcept {
    while (!value.empty() && room > kPieceHead) {
      const auto length = std::min({value.size(), kMaxPiece, room - kPieceHead});
      put_piece(code, value.first(length));
      value = value.subspan(length);
    }
    return value;
  }

 private:
  void put_piece(std::uint8_t code, Bytes piece) noexcept {
    at[0] = code;
    at[1] = static_cast<std::uint8_t>(piece.size());
    std::ranges::copy(piece, at + kPieceHead);
    at += kPieceHead + piece.size();
    room -= kPieceHead + piece.size();
  }
};

void Builder::start(const Header& header) {
  header_ = header;
  items_.clear();
  values_.clear();
  relay_information_.reset();
}

void Builder::add(std::uint8_t code, Bytes value) {
  expects(code != code::kPad && code != code::kEnd && code != code::kOverload &&
              code != code::kRelayInformation,
          "an option that the builder places itself");
  expects(!has(code), "an option is added once");
  items_.push_back({code, values_.size(), value.size()});
  values_.insert(values_.end(), value.begin(), value.end());
}

void Builder::add_text(std::uint8_t code, std::string_view value) {
  add(code, {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
}

void Builder::add_number8(std::uint8_t code, std::uint8_t value) { add(code, {&value, 1}); }

void Builder::add_number16(std::uint8_t code, std::uint16_t value) {
  std::array<std::uint8_t, sizeof value> octets;
  store_be(octets.data(), value);
  add(code, octets);
}

void Builder::add_number32(std::uint8_t code, std::uint32_t value) {
  std::array<std::uint8_t, sizeof value> octets;
  store_be(octets.data(), value);
  add(code, octets);
}

void Builder::add_address(std::uint8_t code, Ipv4 value) { add_number32(code, value.bits); }

bool Builder::has(std::uint8_t code) const noexcept {
  return std::ranges::find(items_, code, &Item::code) != items_.end();
}

void Builder::remove(std::uint8_t code) noexcept {
  std::erase_if(items_, [code](const Item& item) { return item.code == code; });
}

void Builder::set_relay_information(Bytes value) {
  relay_information_.emplace(value.begin(), value.end());
}

std::optional<Bytes> Builder::finish(std::size_t max_size) {
  expects(max_size >= kPaddedSize && max_size <= kMaxMessageSize, "a size DHCP cannot have");
  const std::size_t relay_size = relay_information_ ? encoded_size(relay_information_->size()) : 0;
  const std::size_t last_size = relay_size + 1;  // and the end option
  if (max_size < kHeaderSize + last_size) return std::nullopt;
  out_.assign(max_size, 0);
  Field options{&out_[kHeaderSize], max_size - kHeaderSize - last_size};
  if (!fill(options) && !fill_overloaded(options)) return std::nullopt;
  write_header();
  options.room = last_size;
  if (relay_information_) options.write(code::kRelayInformation, *relay_information_);
  *options.at++ = code::kEnd;
  const auto used = static_cast<std::size_t>(options.at - out_.data());
  return Bytes{out_}.first(std::max(used, kPaddedSize));
}

bool Builder::fill(Field& options) noexcept {
  std::size_t needed = 0;
  for (const auto& item : items_) needed += encoded_size(item.length);
  if (needed > options.room) return false;
  for (const auto& item : items_) options.write(item.code, value(item));
  return true;
}

bool Builder::fill_overloaded(Field& options) noexcept {
  const bool file_free = is_unused(header_.file);
  const bool sname_free = is_unused(header_.sname);
  if ((!file_free && !sname_free) || options.room < kOverloadSize) return false;
  const std::uint8_t overload = static_cast<std::uint8_t>((file_free ? kFileHoldsOptions : 0) |
                                                          (sname_free ? kSnameHoldsOptions : 0));
  options.room -= kOverloadSize;
  // In the order in which a reader joins pieces; one octet of each is its end option.
  std::array<Field, 3> fields{
      options,
      {&out_[kFileAt], file_free ? header_.file.size() - 1 : 0},
      {&out_[kSnameAt], sname_free ? header_.sname.size() - 1 : 0},
  };
  for (const auto& item : items_)
    if (!place(fields, item.code, value(item))) return false;
  if (file_free) *fields[1].at = code::kEnd;
  if (sname_free) *fields[2].at = code::kEnd;
  options = fields[0];
  options.room += kOverloadSize;
  options.write(code::kOverload, {&overload, 1});
  return true;
}

bool Builder::place(std::span<Field> fields, std::uint8_t code, Bytes value) noexcept {
  for (auto& field : fields) {
    if (field.room < encoded_size(value.size())) continue;
    field.write(code, value);
    return true;
  }
  if (value.empty()) return false;
  for (auto& field : fields) value = field.write_some(code, value);
  return value.empty();
}

Bytes Builder::value(const Item& item) const noexcept {
  return Bytes{values_}.subspan(item.offset, item.length);
}

/// After the options, since sname and file are copied only where they hold none.
void Builder::write_header() noexcept {
  auto* p = out_.data();
  p[0] = static_cast<std::uint8_t>(header_.op);
  p[1] = header_.htype;
  p[2] = header_.hlen;
  p[3] = header_.hops;
  store_be(p + 4, header_.xid);
  store_be(p + 8, header_.secs);
  store_be(p + 10, header_.flags);
  store_be(p + 12, header_.ciaddr.bits);
  store_be(p + 16, header_.yiaddr.bits);
  store_be(p + 20, header_.siaddr.bits);
  store_be(p + 24, header_.giaddr.bits);
  std::ranges::copy(header_.chaddr, p + 28);
  if (!is_unused(header_.sname)) std::ranges::copy(header_.sname, p + kSnameAt);
  if (!is_unused(header_.file)) std::ranges::copy(header_.file, p + kFileAt);
  store_be(p + kCookieAt, kCookie);
}

}  // namespace portico::wire::dhcp
