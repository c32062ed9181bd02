// SPDX-License-Identifier: BSD-3-Clause
// What the TFTP engine may hand out. Files are immutable images in memory; a transfer keeps the
// image it began with, whatever replaces it meanwhile.
#pragma once

#include "base/addresses.hpp"
#include "base/digest.hpp"
#include "wire/tftp.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace portico::tftp {

struct Image {
  std::vector<std::uint8_t> octets;
  Sha256 digest{};
};
using ImagePtr = std::shared_ptr<const Image>;

/// All files of the root by their path below it ('/' between folders). Made by the files thread,
/// never changed afterwards.
struct Snapshot {
  std::map<std::string, ImagePtr, std::less<>> files;
  std::vector<std::string> left_out;  ///< unreadable or beyond the memory limit, with the reason
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

using wire::tftp::ErrorCode;

struct Refusal {
  ErrorCode code = ErrorCode::Undefined;
  std::string message;
};

/// After block 65535 comes 0, as most clients expect, or 1 (standards differ: none says).
enum class BlockWrap : std::uint8_t { ToZero, ToOne };

struct Served {
  ImagePtr image;
  BlockWrap wrap = BlockWrap::ToZero;
};

class Library {
 public:
  virtual ~Library() = default;
  /// `name` exactly as requested; the Library confines it to the root. NoSuchUser: no lease.
  [[nodiscard]] virtual std::variant<Served, Refusal> open(Ipv4 requester,
                                                           std::string_view name) = 0;
};

}  // namespace portico::tftp
