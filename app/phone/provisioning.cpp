// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/provisioning.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace portico::phone {
namespace {

constexpr Time kNever{std::numeric_limits<std::int64_t>::max()};
constexpr Duration kFirstRetry = 5s;
constexpr std::uint32_t kDoublings = 6;  // 5 s become 320 s

std::string text_of(Ipv4 address) { return address.is_zero() ? "" : to_string(address); }

}  // namespace

Provisioning::Provisioning(const Options& options, const Mac& mac, EventLog log, Digest& digest,
                           Random random)
    : options_(options),
      mac_(mac),
      log_(log),
      digest_(digest),
      random_(std::move(random)),
      store_(options.state, options.max_octets, digest),
      software_(log, options.once ? OnExit::Rest : OnExit::Restart),
      retry_at_(kNever) {}

void Provisioning::lease_granted(const Lease& lease, Time now) {
  const bool same_file = lease_ && lease_->firmware == lease.firmware;
  const bool same_place =
      lease_ && lease_->address == lease.address && lease_->identity == lease.identity;
  lease_ = lease;
  if (options_.no_software || (same_file && same_place)) return;
  transfer_.reset();
  failures_ = 0;
  provision(now);
}

void Provisioning::lease_lost(Time now) {
  lease_.reset();
  transfer_.reset();
  fetch_when_stopped_ = false;
  retry_at_ = kNever;
  software_.stop(now);
}

void Provisioning::provision(Time now) {
  retry_at_ = kNever;
  const Firmware& firmware = lease_->firmware;
  if (!firmware.digest && !options_.allow_unverified)
    return refused("the lease tells no digest to verify software by", now);
  if (firmware.digest) {
    if (auto have = store_.find(*firmware.digest)) {
      log_.write("have", {{"sha256", to_hex(have->digest)}});
      return run(std::move(*have), now);
    }
  }
  if (firmware.server.is_zero() || firmware.file.empty())
    return refused("the lease names no software to fetch", now);
  begin_fetch(now);
}

void Provisioning::begin_fetch(Time now) {
  const Firmware& firmware = lease_->firmware;
  auto begun = Transfer::begin({.server = firmware.server,
                                .file = firmware.file,
                                .blksize = options_.blksize,
                                .windowsize = options_.windowsize,
                                .max_octets = options_.max_octets},
                               lease_->address, lease_->identity.ports, random_(), now);
  if (!begun) return failed("fetch_failed", {{"reason", to_string(begun.error())}}, now);
  if (!*begun && software_.is_alive()) {
    fetch_when_stopped_ = true;
    return software_.stop(now);
  }
  if (!*begun) return failed("fetch_failed", {{"reason", "all ports are in use"}}, now);
  transfer_ = std::move(*begun);
  log_.write("fetch", {{"server", to_string(firmware.server)},
                       {"file", firmware.file},
                       {"port", transfer_->port()}});
  transfer_moved(now);
}

void Provisioning::readable(Time now) {
  transfer_->readable(now);
  transfer_moved(now);
}

void Provisioning::transfer_moved(Time now) {
  const auto& client = transfer_->client();
  if (client.state() == TftpClient::State::Failed) {
    const auto failure = client.failure();
    transfer_.reset();
    return failed("fetch_failed", {{"reason", failure}}, now);
  }
  if (client.state() != TftpClient::State::Complete) return;
  log_.write("fetched", {{"octets", client.octets().size()},
                         {"blksize", client.blksize()},
                         {"windowsize", client.windowsize()}});
  // Its port may be the only one: it is free before the software starts.
  const auto finished = std::exchange(transfer_, nullptr)->take_octets();
  fetched(finished, now);
}

void Provisioning::fetched(const std::vector<std::uint8_t>& octets, Time now) {
  const Sha256 got = digest_.sha256(octets);
  const auto& wanted = lease_->firmware.digest;
  if (wanted && got != *wanted)
    return failed("wrong_digest", {{"expected", to_hex(*wanted)}, {"got", to_hex(got)}}, now);
  log_.write(wanted ? "verified" : "unverified", {{"sha256", to_hex(got)}});
  auto kept = store_.keep(octets, got);
  if (!kept) return failed("store_failed", {{"reason", to_string(kept.error())}}, now);
  failures_ = 0;
  run(std::move(*kept), now);
}

/// Only another lease could change that.
void Provisioning::refused(const char* reason, Time now) {
  ++failures_;
  log_.write("refused", {{"reason", reason}});
  keep_what_it_had(now);
}

/// Tries again later: a file that is being replaced has the wrong digest for a moment.
void Provisioning::failed(std::string_view event, Fields fields, Time now) {
  const Duration pause = kFirstRetry * (1u << std::min(failures_, kDoublings));
  ++failures_;
  retry_at_ = now + pause;
  fields["retry_s"] = pause / 1s;
  log_.write(event, fields);
  keep_what_it_had(now);
}

void Provisioning::keep_what_it_had(Time now) {
  if (options_.once) return;
  if (auto program = software_.program()) return run(std::move(*program), now);
  if (auto before = store_.current()) {
    log_.write("kept", {{"sha256", to_hex(before->digest)}});
    run(std::move(*before), now);
  }
}

/// Leaves alone what runs already, of the same content and in the same place.
void Provisioning::run(Program program, Time now) {
  if (lease_->firmware.digest == program.digest) program.version = lease_->firmware.version;
  if (auto chosen = store_.choose(program); !chosen)
    log_.write_error("store_failed", chosen.error());
  auto variables = environment_of(program);
  const auto& running = software_.program();
  if (running && running->digest == program.digest && software_.environment() == variables) return;
  software_.run(std::move(program), std::move(variables), now);
}

Environment Provisioning::environment_of(const Program& program) const {
  const auto& [public_address, tunnel_address, ports] = lease_->identity;
  const auto first = std::to_string(ports.first);
  const auto last = std::to_string(ports.last());
  return {"PORTICO_PRIVATE_ADDRESS=" + to_string(lease_->address),
          "PORTICO_PUBLIC_ADDRESS=" + text_of(public_address),
          "PORTICO_TUNNEL_ADDRESS=" + text_of(tunnel_address),
          "PORTICO_FIRST_PORT=" + first,
          "PORTICO_LAST_PORT=" + last,
          "PORTICO_PORTS=" + first + "-" + last,
          "PORTICO_FIRMWARE_VERSION=" + program.version,
          "PORTICO_SERVER=" + to_string(lease_->server),
          "PORTICO_MAC=" + to_string(mac_)};
}

void Provisioning::child_changed(Time now) {
  software_.child_changed(now);
  if (!software_.is_alive() && std::exchange(fetch_when_stopped_, false)) begin_fetch(now);
}

void Provisioning::tick(Time now) {
  software_.tick(now);
  if (transfer_) {
    transfer_->tick(now);
    transfer_moved(now);
  }
  if (now >= retry_at_ && lease_) provision(now);
}

Time Provisioning::deadline() const noexcept {
  const Time transfer = transfer_ ? transfer_->client().deadline() : kNever;
  return std::min({transfer, software_.deadline(), retry_at_});
}

bool Provisioning::has_software() const noexcept {
  return software_.is_alive() || software_.ended();
}

std::optional<int> Provisioning::ended() const noexcept {
  if (failures_ > 0) return 1;
  return software_.ended();
}

}  // namespace portico::phone
