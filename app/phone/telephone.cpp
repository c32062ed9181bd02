// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/telephone.hpp"

#include "app/phone/lease_file.hpp"
#include "app/phone/printable.hpp"
#include "drivers/posix/disk.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <poll.h>
#include <random>
#include <sys/signalfd.h>

namespace portico::phone {
namespace {

constexpr std::size_t kMaxLeaseFile = 65536;
constexpr int kDatagramsPerTurn = 64;

/// Goes on while the machine sleeps: so does the lease.
Time boot_time() {
  timespec t{};
  ::clock_gettime(CLOCK_BOOTTIME, &t);
  return {std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec};
}

WallTime wall_time() {
  return {std::chrono::duration_cast<std::chrono::seconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

std::uint32_t random_number() {
  static std::random_device device;
  return device();
}

Client client_of(const Options& options, const Interface& interface) {
  return {.mac = interface.mac,
          .vendor_class = options.vendor_class,
          .client_id = options.client_id,
          .enterprise = options.enterprise,
          .max_datagram = interface.mtu};
}

std::filesystem::path lease_path(const Options& options) { return options.state / "lease.json"; }

bool same_settings(const Lease& a, const Lease& b) {
  return a.address == b.address && a.prefix_length == b.prefix_length && a.router == b.router &&
         a.identity.ports == b.identity.ports;
}

}  // namespace

Telephone::Telephone(const Options& options, const Interface& interface, RawSocket socket,
                     Digest& digest)
    : options_(options),
      socket_(std::move(socket)),
      network_(interface),
      client_(client_of(options, interface), options.first_wait, random_number),
      provisioning_(options, interface.mac, log_, digest, random_number) {}

int Telephone::run() {
  const auto signals = take_signals();
  if (!signals) {
    log_.write_error("failed", signals.error());
    return 1;
  }
  started_ = boot_time();
  power_on(started_);
  while (!exit_code_ || !provisioning_.is_stopped()) {
    turn(boot_time());
    wait(signals->get());
    heed(signals->get(), boot_time());
  }
  power_off(boot_time());
  return *exit_code_;
}

Result<posix::Descriptor> Telephone::take_signals() const {
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : {SIGTERM, SIGINT, SIGCHLD, SIGUSR1}) sigaddset(&taken, signal);
  ::sigprocmask(SIG_BLOCK, &taken, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  posix::Descriptor signals{::signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC)};
  if (!signals) return posix::fail_errno("signalfd");
  return signals;
}

void Telephone::power_on(Time now) {
  const auto text = posix::read_whole(lease_path(options_), kMaxLeaseFile);
  if (!text) return client_.start(now);  // usually: there is none
  const auto stored = parse_lease_file({reinterpret_cast<const char*>(text->data()), text->size()});
  if (!stored) {
    log_.write_error("lease_file_ignored", stored.error());
    return client_.start(now);
  }
  // It may still be on the interface, if the telephone was killed.
  enabled_ = stored->lease;
  disable();
  const auto left = std::chrono::seconds{stored->until.s - wall_time().s};
  const bool is_over = left <= 0s || left > std::chrono::seconds{stored->lease.lease_s};
  if (is_over && stored->lease.lease_s != kInfinite) {
    log_.write("stored_lease_over", fields_of(stored->lease));
    return client_.start(now);
  }
  client_.start(stored->lease, left, now);
}

Time Telephone::deadline() const noexcept {
  Time first = std::min(client_.deadline(), provisioning_.deadline());
  if (options_.once) first = std::min(first, started_ + options_.once_deadline);
  return first;
}

void Telephone::turn(Time now) {
  if (!exit_code_) carry_out(client_.tick(now), {}, now);
  provisioning_.tick(now);
  if (options_.once && !exit_code_) check_once(now);
}

void Telephone::wait(int signals) const {
  if (exit_code_ && provisioning_.is_stopped()) return;
  const Duration left = std::clamp<Duration>(deadline() - boot_time(), 0s, 3600s);
  const timespec timeout{left / 1s, (left % 1s).count()};
  // poll() passes over a descriptor of -1.
  std::array<pollfd, 3> events{pollfd{socket_.fd(), POLLIN, 0}, pollfd{signals, POLLIN, 0},
                               pollfd{provisioning_.fd(), POLLIN, 0}};
  ::ppoll(events.data(), events.size(), &timeout, nullptr);
}

/// Reads what there is; all descriptors are non-blocking, so nothing has to remember which was
/// ready.
void Telephone::heed(int signals, Time now) {
  signalfd_siginfo signal{};
  while (::read(signals, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGCHLD) provisioning_.child_changed(now);
    if (signal.ssi_signo == SIGUSR1) client_.renew_at(now);
    if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT) finish(0, now);
  }
  receive(now);
  if (provisioning_.fd() >= 0) provisioning_.readable(now);
}

void Telephone::receive(Time now) {
  for (int i = 0; i < kDatagramsPerTurn; ++i) {
    const auto received = socket_.receive();
    if (!received) return;
    if (!exit_code_) carry_out(client_.receive(received->datagram, now), received->from, now);
  }
}

void Telephone::carry_out(const Step& step, const Mac& from, Time now) {
  if (step.send) {
    const bool to_all = step.send->destination == kBroadcastIp;
    const auto sent = socket_.send(*step.send, to_all ? kBroadcastMac : server_mac_);
    if (!sent) log_.write_error("send_failed", sent.error());
  }
  switch (step.happened) {
    case Happened::Nothing:
      return;
    case Happened::Lease:
    case Happened::Renewed:
      server_mac_ = from;
      return granted(step.happened, now);
    case Happened::Nak:
    case Happened::Expired:
    case Happened::Released:
      log_.write(to_string(step.happened),
                 step.why.empty() ? Fields::object() : Fields{{"reason", printable(step.why)}});
      return lost(now);
    case Happened::Ignored:
      return log_.write("ignored", {{"reason", printable(step.why)}});
    case Happened::Offer:
      return log_.write("offer", fields_of(*client_.lease()));
    default:
      return log_.write(to_string(step.happened));
  }
}

void Telephone::granted(Happened happened, Time now) {
  const Lease& lease = *client_.lease();
  log_.write(to_string(happened), fields_of(lease));
  store_lease();
  if (!enabled_ || !same_settings(*enabled_, lease)) disable();
  if (enable(lease)) provisioning_.lease_granted(lease, now);
}

void Telephone::lost(Time now) {
  provisioning_.lease_lost(now);
  disable();
  if (const auto removed = posix::remove_file(lease_path(options_)); !removed)
    log_.write_error("store_failed", removed.error());
}

void Telephone::store_lease() {
  const Lease& lease = *client_.lease();
  const StoredLease stored{lease, {wall_time().s + lease.lease_s}};
  const auto text = to_json(stored);
  const Bytes octets{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  if (const auto written = posix::write_atomically(lease_path(options_), octets, 0644); !written)
    return log_.write_error("store_failed", written.error());
  log_.write("stored", {{"path", lease_path(options_).string()}, {"until", stored.until.s}});
}

/// Again at each renewal: the address lives in the kernel only as long as the lease.
bool Telephone::enable(const Lease& lease) {
  const bool is_new = !enabled_;
  enabled_ = lease;
  if (const auto done = network_.enable(lease); !done) {
    log_.write_error("enable_failed", done.error());
    return false;
  }
  if (const auto done = network_.confine_ports(lease.identity.ports); !done)
    log_.write_error("ports_not_confined", done.error());
  if (is_new)
    log_.write("enabled", {{"address", to_string(lease.address)},
                           {"first_port", lease.identity.ports.first},
                           {"last_port", lease.identity.ports.last()}});
  return true;
}

void Telephone::disable() {
  if (!enabled_) return;
  if (const auto done = network_.disable(*enabled_); !done)
    log_.write_error("disable_failed", done.error());
  if (const auto done = network_.release_ports(); !done)
    log_.write_error("ports_not_released", done.error());
  enabled_.reset();
}

/// The software takes its leave of its peers first, while it still can.
void Telephone::finish(int exit_code, Time now) {
  if (exit_code_) return;
  exit_code_ = exit_code;
  provisioning_.lease_lost(now);
}

void Telephone::power_off(Time now) {
  if (!options_.keep_lease) carry_out(client_.release(), {}, now);
  disable();
  log_.write("off", {{"exit", *exit_code_}});
}

void Telephone::check_once(Time now) {
  if (const auto ended = provisioning_.ended()) return finish(*ended, now);
  if (options_.no_software && client_.holds_lease()) return finish(0, now);
  if (provisioning_.has_software() || now < started_ + options_.once_deadline) return;
  log_.write("gave_up", {{"state", to_string(client_.state())}});
  finish(1, now);
}

}  // namespace portico::phone
