// SPDX-License-Identifier: BSD-3-Clause
// Classes of phones: names that must exist, and values that must agree.
#include "base/hex.hpp"
#include "config/place.hpp"
#include "config/problems.hpp"
#include "lease/lease.hpp"
#include "ports/port_span.hpp"
#include "tftp/templates.hpp"

#include <algorithm>
#include <bit>

namespace portico::config {
namespace {

/// RFC 2132: what one option, or the `file` field with its NUL, holds.
constexpr std::size_t kMaxOption = 255;
constexpr std::size_t kMaxBootFile = 127;
/// Option 125 holds 255 octets for one enterprise number; the other sub-options take 54.
constexpr std::size_t kMaxVersion = 200;
constexpr std::size_t kDigestDigits = 64;

void check_vendor_classes(const PhoneClass& c, const std::string& place, Problems& problems) {
  const auto where = place + "/vendor_class";
  problems.add_if(c.vendor_class.empty(), where, "must name at least one identifier");
  for (std::size_t i = 0; i < c.vendor_class.size(); ++i)
    problems.add_if(c.vendor_class[i].empty() || c.vendor_class[i].size() > kMaxOption,
                    under(where, i), "must be 1 to 255 octets long");
}

/// A pool that `uses` needs must exist and be of the right identity; one that it does not need
/// would be a contradiction.
const PublicPool* check_identity(const Config& config, const std::string& name, Identity identity,
                                 bool needed, const std::string& where, Problems& problems) {
  const auto kind = std::string{identity == Identity::Direct ? "direct" : "tunnel"};
  const auto* pool = find_named(config.pools.public_pools, name);
  if (!needed) {
    problems.add_if(!name.empty(), where, "must not be given: the class does not use it");
    return nullptr;
  }
  if (name.empty())
    problems.add(where, "is missing: the class uses a " + kind + " identity");
  else if (!pool)
    problems.add(where, in_quotes(name) + " is not the name of a public pool");
  else
    problems.add_if(pool->identity != identity, where,
                    "pool " + in_quotes(name) + " does not hold " + kind + " identities");
  return pool;
}

void check_range_size(const Config& config, const PhoneClass& c, const PublicPool* direct,
                      const PublicPool* tunnel, const std::string& place, Problems& problems) {
  const auto where = place + "/ports";
  if (!std::has_single_bit(c.ports) || c.ports > kMaxRangeSize)
    return problems.add(where,
                        "must be a power of two from 1 to 16384, is " + std::to_string(c.ports));
  auto reserved = config.phones.reserved_ports;
  for (const auto* pool : {direct, tunnel})
    if (pool) reserved.insert(reserved.end(), pool->reserved.begin(), pool->reserved.end());
  problems.add_if(
      !ports::fits(c.ports, reserved), where,
      "every range of " + std::to_string(c.ports) + " ports would touch reserved ports");
}

void check_pools(const Config& config, const PhoneClass& c, const std::string& place,
                 Problems& problems) {
  if (!find_named(config.pools.private_pools, c.private_pool))
    problems.add(place + "/private_pool",
                 in_quotes(c.private_pool) + " is not the name of a private pool");
  const auto* direct = check_identity(config, c.public_pool, Identity::Direct,
                                      c.uses != Uses::Tunnel, place + "/public_pool", problems);
  const auto* tunnel = check_identity(config, c.tunnel_pool, Identity::Tunnel,
                                      c.uses != Uses::Direct, place + "/tunnel_pool", problems);
  check_range_size(config, c, direct, tunnel, place, problems);
}

/// RFC 2131 section 4.4.5: T1 before T2 before the end.
void check_times(const PhoneClass& c, const std::string& place, Problems& problems) {
  const auto half = c.lease_s / 2;
  const auto seven_eighths = static_cast<std::uint32_t>(std::uint64_t{c.lease_s} * 7 / 8);
  const auto renew = c.renew_s > 0 ? c.renew_s : half;
  const auto rebind = c.rebind_s > 0 ? c.rebind_s : seven_eighths;
  if (c.renew_s == 0 && c.rebind_s == 0) return;
  problems.add_if(
      renew > rebind, place + (c.renew_s > 0 ? "/renew_s" : "/rebind_s"),
      "must leave T1 (" + std::to_string(renew) + ") before T2 (" + std::to_string(rebind) + ")");
  problems.add_if(rebind > c.lease_s, place + (c.rebind_s > 0 ? "/rebind_s" : "/lease_s"),
                  "must leave T2 (" + std::to_string(rebind) + ") within the lease time");
}

void check_firmware(const Config& config, const Firmware& firmware, const std::string& place,
                    Problems& problems) {
  problems.add_if(firmware.file.empty() || firmware.file.size() > kMaxBootFile, place + "/file",
                  "must be 1 to 127 octets long");
  problems.add_if(firmware.version.size() > kMaxVersion, place + "/version",
                  "must be at most 200 octets long");
  problems.add_if(!firmware.server && config.tftp.root.empty(), place + "/server",
                  "is missing: without tftp.root Portico serves no files itself");
  problems.add_if(firmware.server && !is_host_address(*firmware.server), place + "/server",
                  "must be a host's address");
  if (!firmware.sha256) return;
  problems.add_if(!firmware.server, place + "/sha256",
                  "must not be given: Portico hashes its own files itself");
  problems.add_if(firmware.sha256->size() != kDigestDigits || !parse_hex(*firmware.sha256),
                  place + "/sha256", "must be 64 hexadecimal digits");
}

void check_templates(const Config& config, const PhoneClass& c, const std::string& place,
                     Problems& problems) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < c.templates.size(); ++i) {
    const auto& t = c.templates[i];
    const auto here = under(place + "/templates", i);
    if (const auto name = tftp::check_name(t.name); !name)
      problems.add(here + "/name", name.error().what);
    if (const auto text = tftp::check_text(t.text); !text)
      problems.add(here + "/text", text.error().what);
    problems.add_if(!names.insert(t.name).second, here + "/name",
                    in_quotes(t.name) + " is another template's name already");
    problems.add_if(t.text.empty() == t.file.empty(), here, "must have either a text or a file");
    problems.add_if(config.tftp.root.empty(), here, "needs the TFTP service: tftp.root is empty");
  }
}

void check_class(const Config& config, const PhoneClass& c, const std::string& place,
                 Problems& problems) {
  check_vendor_classes(c, place, problems);
  check_pools(config, c, place, problems);
  check_times(c, place, problems);
  if (c.firmware) check_firmware(config, *c.firmware, place + "/firmware", problems);
  check_templates(config, c, place, problems);
  check_class_options(c, place, problems);
}

}  // namespace

void check_classes(const Config& config, Problems& problems) {
  NamesSeen names;
  for (std::size_t i = 0; i < config.phones.classes.size(); ++i) {
    const auto place = under("/phones/classes", i);
    names.check(problems, config.phones.classes[i].name, place);
    check_class(config, config.phones.classes[i], place, problems);
  }
}

}  // namespace portico::config
