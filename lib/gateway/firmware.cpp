// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/firmware.hpp"

#include "base/hex.hpp"
#include "tftp/names.hpp"
#include "tftp/templates.hpp"

#include <algorithm>

namespace portico::gateway {

tftp::ImagePtr Firmware::file(std::string_view path) const {
  const auto at = files_->files.find(path);
  return at == files_->files.end() ? nullptr : at->second;
}

std::optional<Sha256> Firmware::digest_of(const ClassPlan& phone_class) const {
  const auto& firmware = phone_class.settings.firmware;
  if (!firmware) return std::nullopt;
  if (firmware->sha256) {
    const auto octets = parse_hex(*firmware->sha256);
    Sha256 digest{};
    std::copy_n(octets->begin(), digest.size(), digest.begin());
    return digest;
  }
  const auto image = firmware->server ? nullptr : file(firmware->file);
  return image ? std::optional{image->digest} : std::nullopt;
}

std::variant<tftp::Served, tftp::Refusal> Firmware::open(Ipv4 requester, std::string_view name) {
  const auto* entry = leases_.by_private(requester);
  if (entry == nullptr || !entry->published)
    return tftp::Refusal{tftp::ErrorCode::NoSuchUser, "no lease for this address"};
  const auto& settings = plan_.classes[entry->phone_class].settings;
  const auto wrap = settings.tftp_wrap_to_one ? tftp::BlockWrap::ToOne : tftp::BlockWrap::ToZero;
  for (const auto& source : settings.templates)
    if (tftp::name_matches(source.name, name, entry->lease.mac))
      return fill(source, entry->lease, wrap);
  const auto path = tftp::confined(name);
  if (!path) return tftp::Refusal{tftp::ErrorCode::AccessViolation, "no such place"};
  if (auto image = file(*path)) return tftp::Served{std::move(image), wrap};
  return tftp::Refusal{tftp::ErrorCode::NotFound, "no such file"};
}

std::variant<tftp::Served, tftp::Refusal> Firmware::fill(const config::Template& source,
                                                         const lease::Lease& lease,
                                                         tftp::BlockWrap wrap) const {
  std::string_view text = source.text;
  const auto image = source.file.empty() ? nullptr : file(source.file);
  if (!source.file.empty()) {
    if (!image) return tftp::Refusal{tftp::ErrorCode::NotFound, "the template's file is missing"};
    text = {reinterpret_cast<const char*>(image->octets.data()), image->octets.size()};
  }
  const auto filled = tftp::fill(text, {.mac = lease.mac,
                                        .private_address = lease.private_address,
                                        .public_address = lease.public_address,
                                        .tunnel_address = lease.tunnel_address,
                                        .range = lease.range});
  auto made = std::make_shared<tftp::Image>();
  made->octets.assign(filled.begin(), filled.end());
  return tftp::Served{std::move(made), wrap};
}

}  // namespace portico::gateway
