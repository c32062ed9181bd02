// SPDX-License-Identifier: BSD-3-Clause
// Whatever the parser accepts can be written again and reads back equal.
#include "base/expects.hpp"
#include "wire/dhcp.hpp"
#include "wire/dhcp_options.hpp"

#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

using namespace portico;
using namespace portico::wire::dhcp;

namespace {

constexpr std::size_t kCertainlyFits = 60'000;  // pieces may be cut differently than they came

bool same_option(const Message& a, const Message& b, std::uint8_t code) {
  const auto in_a = a.option(code);
  const auto in_b = b.option(code);
  if (!in_a || !in_b) return in_a.has_value() == in_b.has_value();
  return std::ranges::equal(*in_a, *in_b);
}

void write_again(const Message& message, std::size_t input_size) {
  Builder builder;
  builder.start(message.header());
  for (unsigned c = 1; c < code::kEnd; ++c) {
    const auto code = static_cast<std::uint8_t>(c);
    const auto value = message.option(code);
    if (!value) continue;
    if (code == code::kRelayInformation)
      builder.set_relay_information(*value);
    else
      builder.add(code, *value);
  }
  const auto payload = builder.finish(kMaxMessageSize);
  expects(payload || input_size > kCertainlyFits, "what was parsed can be written");
  if (!payload) return;
  const auto again = Message::parse(*payload);
  expects(std::holds_alternative<Message>(again), "what was written can be parsed");
  expects(std::get<Message>(again).header() == message.header(), "the same fixed part");
  for (unsigned c = 1; c < code::kEnd; ++c)
    expects(same_option(message, std::get<Message>(again), static_cast<std::uint8_t>(c)),
            "the same options");
}

void read_inside(Bytes option) {
  if (const auto settings = parse_settings(option); settings && option.size() <= 255) {
    std::vector<std::uint8_t> list;
    append_settings(list, *settings);
    expects(parse_settings(list) == settings, "settings read back equal");
  }
  if (const auto range = parse_port_parameters(option))
    expects(parse_port_parameters(port_parameters(*range)) == range, "a range reads back equal");
  if (option.size() < 4) return;
  const auto enterprise = load_be<std::uint32_t>(option.data());
  if (const auto part = vendor_part(option, enterprise)) {
    (void)first_vendor_class(*part);
    (void)is_sub_option_list(*part);
  }
  (void)sub_address(option, relay::kLinkSelection);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = Message::parse({data, size});
  const auto* message = std::get_if<Message>(&parsed);
  if (message == nullptr) return 0;
  (void)message->type();
  (void)message->header().file_name();
  for (unsigned c = 0; c < 256; ++c) {
    const auto code = static_cast<std::uint8_t>(c);
    (void)message->text(code);
    (void)message->number16(code);
    (void)message->address(code);
    if (const auto value = message->option(code)) read_inside(*value);
  }
  write_again(*message, size);
  return 0;
}
