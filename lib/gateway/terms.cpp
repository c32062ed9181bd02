// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/terms.hpp"

#include "base/hex.hpp"
#include "wire/dhcp.hpp"

namespace portico::gateway {
namespace {

using Octets = std::vector<std::uint8_t>;

void append(Octets& out, Ipv4 address) {
  out.resize(out.size() + 4);
  store_be(&out[out.size() - 4], address.bits);
}

Octets octets_of(std::string_view text) { return {text.begin(), text.end()}; }

Octets octets_of(const std::vector<Ipv4>& addresses) {
  Octets out;
  for (const auto address : addresses) append(out, address);
  return out;
}

/// RFC 3361 section 3.2: encoding 1, then addresses.
Octets sip_servers(const std::vector<Ipv4>& addresses) {
  Octets out{1};
  for (const auto address : addresses) append(out, address);
  return out;
}

Octets octets_of(const config::ClassOption& option) {
  if (option.text) return octets_of(*option.text);
  if (option.hex) return *parse_hex(*option.hex);
  return octets_of(option.addresses);
}

void add(dhcp::Terms& terms, std::uint8_t code, Octets value) {
  if (!value.empty()) terms.options.push_back({code, std::move(value)});
}

}  // namespace

dhcp::Terms general_terms(const Plan& plan, const ClassPlan& phone_class,
                          const Firmware& firmware) {
  const auto& settings = phone_class.settings;
  const auto& pool = plan.private_pools[phone_class.private_pool];
  dhcp::Terms terms;
  terms.network = pool.network;
  terms.vendor_option_43 = settings.option_43;
  if (settings.firmware) {
    terms.tftp_server = settings.firmware->server.value_or(plan.lan_address);
    terms.boot_file = settings.firmware->file;
    terms.firmware_version = settings.firmware->version;
    terms.firmware_digest = firmware.digest_of(phone_class);
  } else if (!settings.templates.empty()) {
    terms.tftp_server = plan.lan_address;
  }
  if (!pool.router.is_zero())
    add(terms, wire::dhcp::code::kRouters, octets_of(std::vector{pool.router}));
  add(terms, wire::dhcp::code::kDns, octets_of(settings.dns));
  add(terms, wire::dhcp::code::kNtp, octets_of(settings.ntp));
  if (!settings.sip_servers.empty())
    add(terms, wire::dhcp::code::kSipServers, sip_servers(settings.sip_servers));
  add(terms, wire::dhcp::code::kTimeZone, octets_of(settings.time_zone));
  add(terms, wire::dhcp::code::kTimeZoneName, octets_of(settings.tz_database));
  for (const auto& option : settings.options) add(terms, option.code, octets_of(option));
  return terms;
}

dhcp::Terms terms_of(const Plan& plan, const ClassPlan& phone_class, const Firmware& firmware,
                     const Holding& holding, std::uint32_t lease_s) {
  auto terms = general_terms(plan, phone_class, firmware);
  terms.address = holding.address;
  terms.lease_s = lease_s;
  terms.renew_s = phone_class.settings.renew_s;
  terms.rebind_s = phone_class.settings.rebind_s;
  if (lease_s != phone_class.settings.lease_s) terms.renew_s = terms.rebind_s = 0;
  terms.public_address = holding.ports.direct;
  terms.tunnel_address = holding.ports.tunnel;
  terms.range = holding.ports.range;
  return terms;
}

}  // namespace portico::gateway
