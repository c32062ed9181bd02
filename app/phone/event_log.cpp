// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/event_log.hpp"

#include "base/hex.hpp"

#include <chrono>
#include <unistd.h>

namespace portico::phone {
namespace {

double wall_clock_s() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(std::chrono::floor<std::chrono::milliseconds>(since_epoch))
      .count();
}

void add(Fields& fields, const char* name, Ipv4 address) {
  if (!address.is_zero()) fields[name] = to_string(address);
}

void add(Fields& fields, const Firmware& firmware) {
  add(fields, "firmware_server", firmware.server);
  if (!firmware.file.empty()) fields["firmware_file"] = firmware.file;
  if (firmware.digest) fields["firmware_sha256"] = to_hex(*firmware.digest);
  if (!firmware.version.empty()) fields["firmware_version"] = firmware.version;
}

}  // namespace

void EventLog::write(std::string_view event, const Fields& fields) const {
  Fields line{{"event", event}, {"at", wall_clock_s()}};
  line.update(fields);
  const std::string text = line.dump(-1, ' ', true, Fields::error_handler_t::replace) + "\n";
  // A reader who went away is no reason to stop telephoning.
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
}

void EventLog::write_error(std::string_view event, const Error& error) const {
  write(event, {{"error", to_string(error)}});
}

Fields fields_of(const Lease& lease) {
  Fields fields{{"address", to_string(lease.address)}, {"prefix_length", lease.prefix_length}};
  add(fields, "router", lease.router);
  add(fields, "server", lease.server);
  add(fields, "public_address", lease.identity.public_address);
  add(fields, "tunnel_address", lease.identity.tunnel_address);
  fields["first_port"] = lease.identity.ports.first;
  fields["last_port"] = lease.identity.ports.last();
  fields["lease_s"] = lease.lease_s;
  fields["renew_s"] = lease.renew_s;
  fields["rebind_s"] = lease.rebind_s;
  add(fields, lease.firmware);
  return fields;
}

}  // namespace portico::phone
