// SPDX-License-Identifier: BSD-3-Clause
// What phones fetch: the files of the root as the files thread read them last, and the files made
// from templates for the phone that asks. Served only to addresses that hold a lease.
#pragma once

#include "gateway/lease_table.hpp"
#include "gateway/plan.hpp"
#include "tftp/library.hpp"

#include <optional>
#include <string>

namespace portico::gateway {

class Firmware final : public tftp::Library {
 public:
  Firmware(const Plan& plan, LeaseTable& leases) : plan_(plan), leases_(leases) {}

  /// Transfers under way keep the images they began with.
  void replace(tftp::SnapshotPtr files) { files_ = std::move(files); }
  /// SHA-256 of the software of a class; nothing while its file is not there.
  [[nodiscard]] std::optional<Sha256> digest_of(const ClassPlan& phone_class) const;

  [[nodiscard]] std::variant<tftp::Served, tftp::Refusal> open(Ipv4 requester,
                                                               std::string_view name) override;

 private:
  [[nodiscard]] tftp::ImagePtr file(std::string_view path) const;
  [[nodiscard]] std::variant<tftp::Served, tftp::Refusal> fill(const config::Template& source,
                                                               const lease::Lease& lease,
                                                               tftp::BlockWrap wrap) const;

  const Plan& plan_;
  LeaseTable& leases_;
  tftp::SnapshotPtr files_ = std::make_shared<const tftp::Snapshot>();
};

}  // namespace portico::gateway
