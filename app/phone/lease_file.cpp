// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/lease_file.hpp"

#include "base/hex.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace portico::phone {
namespace {

using Json = nlohmann::json;

/// Unix time: the longest lease, given when 32 bits of seconds end.
constexpr std::uint64_t kLastEnd = 2 * std::uint64_t{0xffff'ffff};

Json to_json(const std::vector<Ipv4>& addresses) {
  Json list = Json::array();
  for (const Ipv4 a : addresses) list.push_back(to_string(a));
  return list;
}

// The readers throw what nlohmann/json throws as well; parse_lease_file() turns it into a Result.

Ipv4 address_of(const Json& value) {
  const auto address = parse_ipv4(value.get<std::string>());
  if (!address) throw std::invalid_argument("not an address: " + value.dump());
  return *address;
}

std::vector<Ipv4> addresses_of(const Json& list) {
  std::vector<Ipv4> addresses;
  std::ranges::transform(list, std::back_inserter(addresses), address_of);
  return addresses;
}

std::uint64_t number_up_to(std::uint64_t most, const Json& value) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
    throw std::invalid_argument("not a number in range: " + value.dump());
  return value.get<std::uint64_t>();
}

template <std::unsigned_integral T>
T number_of(const Json& value) {
  return static_cast<T>(number_up_to(std::numeric_limits<T>::max(), value));
}

std::optional<Sha256> digest_of(const Json& value) {
  if (value.is_null()) return std::nullopt;
  const auto octets = parse_hex(value.get<std::string>());
  if (!octets || octets->size() != sizeof(Sha256))
    throw std::invalid_argument("not a SHA-256: " + value.dump());
  Sha256 digest{};
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

Firmware firmware_of(const Json& value) {
  return {.server = address_of(value.at("server")),
          .file = value.at("file").get<std::string>(),
          .digest = digest_of(value.at("sha256")),
          .version = value.at("version").get<std::string>()};
}

StoredLease stored_lease_of(const Json& file) {
  Lease lease{
      .address = address_of(file.at("address")),
      .prefix_length = number_of<std::uint8_t>(file.at("prefix_length")),
      .router = address_of(file.at("router")),
      .server = address_of(file.at("server")),
      .identity = {.public_address = address_of(file.at("public_address")),
                   .tunnel_address = address_of(file.at("tunnel_address")),
                   .ports = {number_of<std::uint16_t>(file.at("first_port")),
                             number_of<std::uint16_t>(file.at("ports"))}},
      .firmware = firmware_of(file.at("firmware")),
      .dns = addresses_of(file.at("dns")),
      .ntp = addresses_of(file.at("ntp")),
      .sip_servers = addresses_of(file.at("sip_servers")),
      .lease_s = number_of<std::uint32_t>(file.at("lease_s")),
      .renew_s = number_of<std::uint32_t>(file.at("renew_s")),
      .rebind_s = number_of<std::uint32_t>(file.at("rebind_s")),
  };
  if (lease.address.is_zero() || lease.prefix_length > 32 || !lease.identity.ports.is_valid())
    throw std::invalid_argument("no address, or no ports");
  const auto until = number_up_to(kLastEnd, file.at("until"));
  return {std::move(lease), {static_cast<std::int64_t>(until)}};
}

}  // namespace

std::string to_json(const StoredLease& stored) {
  const Lease& lease = stored.lease;
  const Firmware& firmware = lease.firmware;
  const Json file{
      {"address", to_string(lease.address)},
      {"prefix_length", lease.prefix_length},
      {"router", to_string(lease.router)},
      {"server", to_string(lease.server)},
      {"public_address", to_string(lease.identity.public_address)},
      {"tunnel_address", to_string(lease.identity.tunnel_address)},
      {"first_port", lease.identity.ports.first},
      {"ports", lease.identity.ports.size},
      {"firmware",
       {{"server", to_string(firmware.server)},
        {"file", firmware.file},
        {"sha256", firmware.digest ? Json(to_hex(*firmware.digest)) : Json()},
        {"version", firmware.version}}},
      {"dns", to_json(lease.dns)},
      {"ntp", to_json(lease.ntp)},
      {"sip_servers", to_json(lease.sip_servers)},
      {"lease_s", lease.lease_s},
      {"renew_s", lease.renew_s},
      {"rebind_s", lease.rebind_s},
      {"until", stored.until.s},
  };
  return file.dump(2) + "\n";
}

Result<StoredLease> parse_lease_file(std::string_view text) {
  try {
    return stored_lease_of(Json::parse(text));
  } catch (const std::exception& e) {
    return fail(e.what());
  }
}

}  // namespace portico::phone
