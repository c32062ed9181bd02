// SPDX-License-Identifier: BSD-3-Clause
// A TFTP read as a state machine: RFC 1350 with the options of RFC 2347, 2348, 2349 and 7440.
// Datagrams and time in, datagrams out; the file stays in memory until it has been verified.
#pragma once

#include "base/time.hpp"
#include "wire/datagram.hpp"
#include "wire/tftp.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace portico::phone {

/// What is asked for. A server may answer less, or nothing of it: then it is 512 octets, one by
/// one.
struct TftpRead {
  Ipv4 server;
  std::string file;
  std::uint16_t blksize = 1428;  ///< 1500 less IP, UDP and TFTP, and room for a tunnel's headers
  std::uint16_t windowsize = 16;
  std::uint8_t timeout_s = 1;
  std::uint32_t retries = 6;  ///< of one message without progress
  std::size_t max_octets = std::size_t{64} << 20;
};

class TftpClient {
 public:
  enum class State : std::uint8_t { Asking, Receiving, Complete, Failed };

  /// What to send, to whom.
  struct Reply {
    wire::Endpoint to;
    std::vector<std::uint8_t> payload;
  };

  explicit TftpClient(TftpRead read);

  /// The request. Fails only by its name: `state()` is Failed then and there is nothing to send.
  [[nodiscard]] std::optional<Reply> start(Time now);
  [[nodiscard]] std::optional<Reply> receive(const wire::Datagram& datagram, Time now);
  /// To be called at deadline() or later; earlier it does nothing.
  [[nodiscard]] std::optional<Reply> tick(Time now);

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] Time deadline() const noexcept { return deadline_; }
  /// Why it failed; printable.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] const std::vector<std::uint8_t>& octets() const noexcept { return octets_; }
  /// The file, once: octets() is empty afterwards.
  [[nodiscard]] std::vector<std::uint8_t> take_octets() noexcept {
    return std::exchange(octets_, {});
  }
  [[nodiscard]] std::uint16_t blksize() const noexcept { return blksize_; }
  [[nodiscard]] std::uint16_t windowsize() const noexcept { return windowsize_; }

 private:
  [[nodiscard]] std::optional<Reply> take(const wire::tftp::OptionAck& answer, Time now);
  [[nodiscard]] std::optional<Reply> take(const wire::tftp::Data& data, Time now);
  [[nodiscard]] std::optional<Reply> take(const wire::tftp::Error& error, Time now);
  /// A request or an acknowledgement is nothing for a client.
  template <class Other>
  [[nodiscard]] std::optional<Reply> take(const Other& other, Time now);

  [[nodiscard]] std::optional<Reply> out_of_order(Time now);
  [[nodiscard]] std::optional<Reply> finish();
  [[nodiscard]] Reply request() const;
  [[nodiscard]] Reply acknowledge();
  [[nodiscard]] Reply refuse(wire::tftp::ErrorCode code, std::string why);
  void fail(std::string why);
  void wait(Time now);

  TftpRead read_;
  State state_ = State::Asking;
  bool with_options_ = true;
  std::uint16_t blksize_ = wire::tftp::kDefaultBlksize;
  std::uint16_t windowsize_ = 1;
  std::optional<wire::Endpoint> peer_;  ///< the server's TID, chosen by its first answer
  std::uint16_t received_ = 0;          ///< number of the last block in order; wraps to 0
  std::uint32_t unacknowledged_ = 0;    ///< blocks since the last acknowledgement
  bool gap_told_ = false;  ///< this gap was acknowledged: once is enough until something moves
  std::uint32_t tries_ = 0;
  Time deadline_;
  std::string failure_;
  std::vector<std::uint8_t> octets_;
};

}  // namespace portico::phone
