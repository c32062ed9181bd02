// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/answer_writer.hpp"

#include "wire/dhcp_options.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace portico::dhcp {
namespace {

namespace code = wire::dhcp::code;
using wire::dhcp::Op;
using wire::dhcp::Type;

constexpr std::uint32_t kInfinite = 0xffffffff;  // RFC 2131 section 3.3

/// What a client gets that sends no parameter request list.
constexpr std::array kDefaultParameters{code::kSubnetMask, code::kRouters,        code::kDns,
                                        code::kBroadcast,  code::kTftpServerName, code::kBootFile};

/// Options that no class may set: the protocol's own, and those a server never sends
/// (RFC 2131 section 4.3.1, table 3).
constexpr std::array kNeverFromClass{
    code::kPad,
    code::kRequestedAddress,
    code::kLeaseTime,
    code::kOverload,
    code::kMessageType,
    code::kServerIdentifier,
    code::kMessage,
    code::kMaxMessageSize,
    code::kParameterRequestList,
    code::kRenewalTime,
    code::kRebindingTime,
    code::kClientIdentifier,
    code::kRelayInformation,
    code::kVendorInformation,
    code::kEnd,
};

struct LeaseTimes {
  std::uint32_t renew_s;
  std::uint32_t rebind_s;
};

LeaseTimes default_times(std::uint32_t lease_s) noexcept {
  return {lease_s / 2, static_cast<std::uint32_t>(std::uint64_t{lease_s} * 7 / 8)};
}

/// T1 and T2 if they were configured; what does not suit a lease cut short on the client's wish
/// gives way to the defaults.
std::optional<LeaseTimes> configured_times(const Terms& terms) noexcept {
  if (terms.lease_s == kInfinite || (terms.renew_s == 0 && terms.rebind_s == 0))
    return std::nullopt;
  const auto defaults = default_times(terms.lease_s);
  const LeaseTimes times{terms.renew_s != 0 ? terms.renew_s : defaults.renew_s,
                         terms.rebind_s != 0 ? terms.rebind_s : defaults.rebind_s};
  if (times.renew_s >= times.rebind_s || times.rebind_s >= terms.lease_s) return std::nullopt;
  return times;
}

const RawOption* find_option(const Terms& terms, std::uint8_t code) noexcept {
  const auto found = std::ranges::find(terms.options, code, &RawOption::code);
  return found == terms.options.end() ? nullptr : &*found;
}

wire::dhcp::PhoneSettings settings_of(const Terms& terms) {
  wire::dhcp::PhoneSettings settings;
  if (!terms.public_address.is_zero()) settings.public_address = terms.public_address;
  if (terms.range.size > 0) settings.range = terms.range;
  if (!terms.tunnel_address.is_zero()) settings.tunnel_address = terms.tunnel_address;
  settings.firmware = terms.firmware_digest;
  settings.version = terms.firmware_version;
  return settings;
}

}  // namespace

Answer AnswerWriter::grant(Type type, const Request& request, const Terms& terms) {
  start(type, request);
  auto& header = builder_.header();
  if (type != Type::Offer) header.ciaddr = request.header.ciaddr;
  header.yiaddr = terms.address;
  header.siaddr = terms.tftp_server;
  const bool in_field = header.set_file_name(terms.boot_file);
  if (!terms.address.is_zero()) add_lease_times(terms);
  add_asked_for(request.parameters, terms);
  if (!in_field && !builder_.has(code::kBootFile)) add_own_parameter(code::kBootFile, terms);
  add_echoes(request);
  add_settings(terms);
  return fit(request.max_size, terms);
}

Answer AnswerWriter::nak(const Request& request, const Nak& nak) {
  start(Type::Nak, request);
  // So that the relay broadcasts it: the client's address is in doubt (RFC 2131 section 4.3.2).
  if (!request.header.giaddr.is_zero()) builder_.header().flags |= wire::dhcp::kBroadcastFlag;
  if (!nak.message.empty()) {
    builder_.add_text(code::kMessage, nak.message);
    droppable_.push_back(code::kMessage);
  }
  add_echoes(request);
  return fit(request.max_size, {});
}

/// RFC 2131 section 4.3.1, table 3: what every answer copies, and the two options it always has.
void AnswerWriter::start(Type type, const Request& request) {
  auto header = request.header;
  header.op = Op::Reply;
  header.hops = 0;
  header.secs = 0;
  header.ciaddr = {};
  header.yiaddr = {};
  header.siaddr = {};
  builder_.start(header);
  droppable_.clear();
  builder_.add_number8(code::kMessageType, static_cast<std::uint8_t>(type));
  builder_.add_address(code::kServerIdentifier, request.server);
}

void AnswerWriter::add_lease_times(const Terms& terms) {
  builder_.add_number32(code::kLeaseTime, terms.lease_s);
  if (const auto times = configured_times(terms)) {
    builder_.add_number32(code::kRenewalTime, times->renew_s);
    builder_.add_number32(code::kRebindingTime, times->rebind_s);
  }
}

void AnswerWriter::add_asked_for(Bytes parameters, const Terms& terms) {
  const Bytes asked = parameters.empty() ? Bytes{kDefaultParameters} : parameters;
  const bool mask_asked = std::ranges::find(asked, code::kSubnetMask) != asked.end();
  for (const auto parameter : asked) {
    // The mask stands before the routers, whatever the client's order (RFC 2132 section 3.3).
    if (parameter == code::kRouters && mask_asked) add_parameter(code::kSubnetMask, terms);
    add_parameter(parameter, terms);
  }
}

/// What the class sets by number goes before what we would say ourselves.
void AnswerWriter::add_parameter(std::uint8_t code, const Terms& terms) {
  if (builder_.has(code)) return;
  const auto* option = std::ranges::find(kNeverFromClass, code) == kNeverFromClass.end()
                           ? find_option(terms, code)
                           : nullptr;
  if (option != nullptr)
    builder_.add(code, option->value);
  else
    add_own_parameter(code, terms);
  const bool needed = code == code::kSubnetMask || code == code::kRouters;
  if (builder_.has(code) && !needed) droppable_.push_back(code);
}

void AnswerWriter::add_own_parameter(std::uint8_t code, const Terms& terms) {
  const bool has_lease = !terms.address.is_zero() && terms.lease_s != kInfinite;
  switch (code) {
    case code::kSubnetMask:
      if (terms.network.length > 0) builder_.add_number32(code, terms.network.mask());
      break;
    case code::kBroadcast:
      if (terms.network.length > 0) builder_.add_address(code, terms.network.last());
      break;
    case code::kRenewalTime:
      if (has_lease) builder_.add_number32(code, default_times(terms.lease_s).renew_s);
      break;
    case code::kRebindingTime:
      if (has_lease) builder_.add_number32(code, default_times(terms.lease_s).rebind_s);
      break;
    case code::kTftpServerName:
      if (!terms.tftp_server.is_zero()) builder_.add_text(code, to_string(terms.tftp_server));
      break;
    case code::kTftpServers:
      if (!terms.tftp_server.is_zero()) builder_.add_address(code, terms.tftp_server);
      break;
    case code::kBootFile:
      if (!terms.boot_file.empty()) builder_.add_text(code, terms.boot_file);
      break;
    case code::kPortParameters:
      if (terms.range.size > 0) builder_.add(code, wire::dhcp::port_parameters(terms.range));
      break;
    default:
      break;
  }
}

/// Sent unchanged if received, never invented (RFC 6842 section 3, RFC 3046 section 2.2).
void AnswerWriter::add_echoes(const Request& request) {
  if (!request.client_identifier.empty())
    builder_.add(code::kClientIdentifier, request.client_identifier);
  if (!request.relay_information.empty()) builder_.set_relay_information(request.relay_information);
}

/// Option 125, ours first and then what the class says to other vendors' clients; option 43 where
/// the class wants it.
void AnswerWriter::add_settings(const Terms& terms) {
  settings_.clear();
  wire::dhcp::append_settings(settings_, settings_of(terms));
  vendor_.clear();
  if (!settings_.empty()) wire::dhcp::append_vendor_part(vendor_, enterprise_, settings_);
  if (const auto* others = find_option(terms, code::kVendorInformation))
    vendor_.insert(vendor_.end(), others->value.begin(), others->value.end());
  if (terms.vendor_option_43 && !settings_.empty() && !builder_.has(code::kVendorSpecific)) {
    builder_.add(code::kVendorSpecific, settings_);
    droppable_.push_back(code::kVendorSpecific);
  }
  if (!vendor_.empty()) builder_.add(code::kVendorInformation, vendor_);
}

/// What gives way, in this order: the file field, whose name moves to option 67 so that the field
/// can hold options; option 43, which repeats 125; what the client asked for, from the last to the
/// first of its list. Never the mask, the routers, the lease time and option 125.
Answer AnswerWriter::fit(std::size_t max_size, const Terms& terms) {
  Answer answer{builder_.finish(max_size)};
  if (answer.payload) return answer;
  if (!terms.boot_file.empty()) {
    if (!builder_.has(code::kBootFile)) builder_.add_text(code::kBootFile, terms.boot_file);
    std::erase(droppable_, code::kBootFile);
    builder_.header().file.fill(0);
    answer.payload = builder_.finish(max_size);
  }
  while (!answer.payload && !droppable_.empty()) {
    builder_.remove(droppable_.back());
    droppable_.pop_back();
    ++answer.left_out;
    answer.payload = builder_.finish(max_size);
  }
  return answer;
}

}  // namespace portico::dhcp
