// SPDX-License-Identifier: BSD-3-Clause
// phones.macs with its list file, as a policy: built by whoever looks, so that control only swaps
// it.
#pragma once

#include "admission/mac_policy.hpp"
#include "app/portico/file_stamp.hpp"
#include "base/result.hpp"
#include "config/model.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace portico::app {

using MacPolicyPtr = std::shared_ptr<const admission::MacPolicy>;

class MacListFile {
 public:
  explicit MacListFile(const config::Macs& macs) : macs_(macs) {}

  /// What is wrong with the list, each with its file and line.
  [[nodiscard]] static std::vector<Error> problems(const config::Macs& macs);

  /// The policy of the file as it is now, for the start.
  [[nodiscard]] Result<MacPolicyPtr> read();

  /// Nothing: as at the last look. A file that changes is read once two looks in a row found it the
  /// same, so that half a list is never taken; an error says why the earlier policy stays.
  [[nodiscard]] std::optional<Result<MacPolicyPtr>> look();

 private:
  config::Macs macs_;
  FileStamp seen_;  ///< at the last look
  FileStamp read_;  ///< what the last answer was about
};

}  // namespace portico::app
