// SPDX-License-Identifier: BSD-3-Clause
// The octets of OFFER, ACK and NAK: which options, in which order, and what gives way when a client
// takes only short messages.
#pragma once

#include "base/endian.hpp"
#include "dhcp/book.hpp"
#include "dhcp/request.hpp"
#include "wire/dhcp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace portico::dhcp {

struct Answer {
  std::optional<Bytes> payload;  ///< none: it does not fit; valid until the next answer
  std::size_t left_out = 0;      ///< options that did not fit
};

class AnswerWriter {
 public:
  /// `enterprise`: the operator's number, for option 125.
  explicit AnswerWriter(std::uint32_t enterprise) : enterprise_(enterprise) {}

  /// OFFER or ACK. `terms.address` zero: the answer to an INFORM, without a lease (RFC 2131 4.3.5).
  [[nodiscard]] Answer grant(wire::dhcp::Type type, const Request& request, const Terms& terms);
  [[nodiscard]] Answer nak(const Request& request, const Nak& nak);

 private:
  void start(wire::dhcp::Type type, const Request& request);
  void add_lease_times(const Terms& terms);
  void add_asked_for(Bytes parameters, const Terms& terms);
  void add_parameter(std::uint8_t code, const Terms& terms);
  void add_own_parameter(std::uint8_t code, const Terms& terms);
  void add_settings(const Terms& terms);
  void add_echoes(const Request& request);
  [[nodiscard]] Answer fit(std::size_t max_size, const Terms& terms);

  std::uint32_t enterprise_;
  wire::dhcp::Builder builder_;
  std::vector<std::uint8_t> settings_;   // sub-options, scratch
  std::vector<std::uint8_t> vendor_;     // option 125, scratch
  std::vector<std::uint8_t> droppable_;  // codes that may be left out, the last first
};

}  // namespace portico::dhcp
