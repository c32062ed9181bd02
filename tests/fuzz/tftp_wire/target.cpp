// SPDX-License-Identifier: BSD-3-Clause
// Any octets: the parser stays inside them, and what it accepts it can also emit and read back.
#include "base/expects.hpp"
#include "wire/tftp.hpp"

#include <algorithm>
#include <variant>

using namespace portico;
using namespace portico::wire::tftp;

namespace {

bool inside(std::string_view text, Bytes datagram) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(text.data());
  return begin >= datagram.data() && begin + text.size() <= datagram.data() + datagram.size();
}

template <class T>
T read_back(const Packet& packet) {
  const auto again = parse(packet.bytes());
  expects(again && std::holds_alternative<T>(*again), "what is built is read as the same kind");
  return std::get<T>(*again);
}

void check(const Request& request, Bytes datagram) {
  expects(!request.file.empty() && inside(request.file, datagram), "the name is the datagram's");
  const auto packet = Packet::request(request);
  if (request.mode == Mode::Unknown || !request.options) return;
  // Never longer than what came: unknown options and leading zeros are gone.
  expects(packet.has_value(), "a request that was accepted can be sent");
  const auto again = read_back<Request>(*packet);
  expects(again.kind == request.kind && again.file == request.file && again.mode == request.mode &&
              again.options == request.options,
          "a request is read back as it was");
}

void check(const Data& data, Bytes datagram) {
  const auto header = data_header(data.block);
  expects(std::equal(header.begin(), header.end(), datagram.begin()), "DATA's header is its own");
  expects(data.payload.size() + kHeaderSize == datagram.size(), "the rest is payload");
}

void check(const Ack& message, Bytes datagram) {
  const auto packet = ack(message.block);
  expects(std::equal(packet.begin(), packet.end(), datagram.begin()), "an ACK is its number");
}

void check(const Error& error, Bytes datagram) {
  expects(inside(error.message, datagram), "the text is the datagram's");
  const auto packet = Packet::error(error.code, error.message);
  const auto again = read_back<Error>(packet);
  expects(again.code == error.code && error.message.starts_with(again.message),
          "an error is read back, perhaps cut");
}

void check(const OptionAck& message, Bytes) {
  const auto packet = Packet::option_ack(message.options);
  expects(read_back<OptionAck>(packet).options == message.options, "an OACK is read back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram{data, size};
  if (const auto message = parse(datagram))
    std::visit([datagram](const auto& m) { check(m, datagram); }, *message);
  return 0;
}
