// SPDX-License-Identifier: BSD-3-Clause
#include "wire/dhcp.hpp"

#include "wire/dhcp_layout.hpp"

#include <algorithm>

namespace portico::wire::dhcp {
namespace {

Ipv4 load_ip(const std::uint8_t* from) noexcept { return {load_be<std::uint32_t>(from)}; }

Header load_header(const std::uint8_t* p) noexcept {
  Header h;
  h.op = Op{p[0]};
  h.htype = p[1];
  h.hlen = p[2];
  h.hops = p[3];
  h.xid = load_be<std::uint32_t>(p + 4);
  h.secs = load_be<std::uint16_t>(p + 8);
  h.flags = load_be<std::uint16_t>(p + 10);
  h.ciaddr = load_ip(p + 12);
  h.yiaddr = load_ip(p + 16);
  h.siaddr = load_ip(p + 20);
  h.giaddr = load_ip(p + 24);
  std::copy_n(p + 28, h.chaddr.size(), h.chaddr.begin());
  std::copy_n(p + kSnameAt, h.sname.size(), h.sname.begin());
  std::copy_n(p + kFileAt, h.file.size(), h.file.begin());
  return h;
}

/// Calls `visit(code, offset of the value, its length)` for each option of one field. False if one
/// ends beyond the field.
template <class Visit>
bool walk(Bytes payload, std::size_t begin, std::size_t end, Visit&& visit) {
  for (std::size_t at = begin; at < end;) {
    const auto code = payload[at++];
    if (code == code::kEnd) return true;
    if (code == code::kPad) continue;
    if (at == end) return false;
    const std::size_t length = payload[at++];
    if (length > end - at) return false;
    visit(code, at, length);
    at += length;
  }
  return true;  // a missing end option is common, and harmless
}

}  // namespace

Mac Header::mac() const noexcept {
  Mac m;
  std::copy_n(chaddr.begin(), m.octets.size(), m.octets.begin());
  return m;
}

void Header::set_mac(const Mac& mac) noexcept {
  chaddr.fill(0);
  std::ranges::copy(mac.octets, chaddr.begin());
  hlen = static_cast<std::uint8_t>(mac.octets.size());
}

std::string_view Header::file_name() const noexcept {
  const auto end = std::ranges::find(file, 0);
  return {reinterpret_cast<const char*>(file.data()), static_cast<std::size_t>(end - file.begin())};
}

bool Header::set_file_name(std::string_view name) noexcept {
  if (name.size() >= file.size()) return false;
  file.fill(0);
  std::ranges::copy(name, file.begin());
  return true;
}

std::variant<Message, Malformed> Message::parse(Bytes payload) {
  if (payload.size() < kHeaderSize) return Malformed::TooShort;
  if (payload.size() > kMaxMessageSize) return Malformed::TooLong;
  Message m;
  m.payload_ = payload;
  m.header_ = load_header(payload.data());
  if (m.header_.op != Op::Request && m.header_.op != Op::Reply) return Malformed::BadOp;
  if (m.header_.htype == 0 || m.header_.hlen > m.header_.chaddr.size())
    return Malformed::BadHardware;
  if (load_be<std::uint32_t>(&payload[kCookieAt]) != kCookie) return Malformed::NoCookie;
  if (const auto malformed = m.index_options()) return *malformed;
  return m;
}

struct Message::Fields {
  struct Extent {
    std::size_t begin;
    std::size_t end;
  };
  std::array<Extent, 3> extents{};
  std::size_t count = 0;

  void add(std::size_t begin, std::size_t end) noexcept { extents[count++] = {begin, end}; }
};

std::optional<Malformed> Message::index_options() {
  Fields fields;
  fields.add(kHeaderSize, payload_.size());
  if (!index_field(kHeaderSize, payload_.size())) return Malformed::TruncatedOption;
  std::uint8_t held = 0;
  if (const auto overload = slices_[code::kOverload]; overload.place != Place::Absent) {
    if (overload.length != 1) return Malformed::BadOverload;
    held = payload_[overload.offset];
    if (held < 1 || held > (kFileHoldsOptions | kSnameHoldsOptions)) return Malformed::BadOverload;
  }
  if ((held & kFileHoldsOptions) != 0) {
    fields.add(kFileAt, kFileAt + header_.file.size());
    header_.file.fill(0);
  }
  if ((held & kSnameHoldsOptions) != 0) {
    fields.add(kSnameAt, kSnameAt + header_.sname.size());
    header_.sname.fill(0);
  }
  for (std::size_t i = 1; i < fields.count; ++i)
    if (!index_field(fields.extents[i].begin, fields.extents[i].end))
      return Malformed::TruncatedOption;
  slices_[code::kOverload] = {};  // how a message was laid out is not part of what it says
  join(fields);
  return std::nullopt;
}

bool Message::index_field(std::size_t begin, std::size_t end) noexcept {
  return walk(payload_, begin, end, [this](std::uint8_t code, std::size_t at, std::size_t length) {
    auto& slice = slices_[code];
    if (slice.place == Place::Absent) {
      slice = {static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(length), Place::Payload};
    } else {
      slice.length = static_cast<std::uint16_t>(slice.length + length);
      slice.place = Place::Joined;
    }
  });
}

void Message::join(const Fields& fields) {
  std::size_t total = 0;
  for (auto& slice : slices_) {
    if (slice.place != Place::Joined) continue;
    slice.offset = static_cast<std::uint16_t>(total);
    total += slice.length;
  }
  if (total == 0) return;
  joined_.resize(total);
  std::array<std::uint16_t, 256> filled{};
  for (std::size_t i = 0; i < fields.count; ++i) {
    const auto [begin, end] = fields.extents[i];
    (void)walk(payload_, begin, end, [&](std::uint8_t code, std::size_t at, std::size_t length) {
      if (slices_[code].place != Place::Joined) return;
      std::copy_n(&payload_[at], length, &joined_[slices_[code].offset] + filled[code]);
      filled[code] = static_cast<std::uint16_t>(filled[code] + length);
    });
  }
}

std::optional<Type> Message::type() const noexcept {
  const auto value = option(code::kMessageType);
  if (!value || value->size() != 1) return std::nullopt;
  const Type type{value->front()};
  if (type < Type::Discover || type > Type::Inform) return std::nullopt;
  return type;
}

std::optional<Bytes> Message::option(std::uint8_t code) const noexcept {
  const auto slice = slices_[code];
  if (slice.place == Place::Absent) return std::nullopt;
  const Bytes from = slice.place == Place::Payload ? payload_ : Bytes{joined_};
  return from.subspan(slice.offset, slice.length);
}

std::optional<std::uint16_t> Message::number16(std::uint8_t code) const noexcept {
  const auto value = option(code);
  if (!value || value->size() != sizeof(std::uint16_t)) return std::nullopt;
  return load_be<std::uint16_t>(value->data());
}

std::optional<std::uint32_t> Message::number32(std::uint8_t code) const noexcept {
  const auto value = option(code);
  if (!value || value->size() != sizeof(std::uint32_t)) return std::nullopt;
  return load_be<std::uint32_t>(value->data());
}

std::optional<Ipv4> Message::address(std::uint8_t code) const noexcept {
  const auto bits = number32(code);
  if (!bits) return std::nullopt;
  return Ipv4{*bits};
}

std::optional<std::string_view> Message::text(std::uint8_t code) const noexcept {
  const auto value = option(code);
  if (!value) return std::nullopt;
  std::string_view text{reinterpret_cast<const char*>(value->data()), value->size()};
  while (text.ends_with('\0')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace portico::wire::dhcp
