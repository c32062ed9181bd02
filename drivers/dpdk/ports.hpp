// SPDX-License-Identifier: BSD-3-Clause
// Ports and packet buffers.
#pragma once

#include "base/addresses.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct rte_mempool;

namespace portico::dpdk {

struct PoolOptions {
  std::string name;
  std::uint32_t packets = 8192;
  std::uint16_t frame_size = 1518;      ///< largest frame that fits one buffer
  std::uint16_t private_size = 0;       ///< octets in front of each buffer, for its user
  std::optional<std::uint16_t> port{};  ///< memory near this port; else anywhere
};
/// Lives until EAL goes: packets of a closed port may still lie in another's queue.
[[nodiscard]] Result<rte_mempool*> make_pool(const PoolOptions& options);

/// How many of a pool's buffers are in use.
struct PoolUsage {
  std::string name;
  std::uint32_t size = 0;
  std::uint32_t in_use = 0;
};
/// Of every pool of this process, drivers' own included.
[[nodiscard]] std::vector<PoolUsage> pool_usages();

struct PortOptions {
  std::string name;    ///< the operator's: in every error
  std::string device;  ///< a PCI address, or a vdev with its arguments
  std::uint16_t mtu = 1500;
  std::uint32_t packets = 8192;  ///< buffers for what it receives
  std::uint16_t workers = 1;     ///< rx and tx queues wanted, RSS over them
  std::uint16_t private_size = 0;
};

/// What the device says of frames that no worker saw.
struct PortLosses {
  std::uint64_t missed = 0;      ///< lost before they were read: the queue was full
  std::uint64_t no_mbuf = 0;     ///< lost because no buffer was free
  std::uint64_t errors_in = 0;   ///< arrived damaged
  std::uint64_t errors_out = 0;  ///< taken to be sent, and not sent
};

/// A started port. Closed when this goes.
class Port {
 public:
  [[nodiscard]] static Result<Port> open(const PortOptions& options);
  Port(Port&& other) noexcept;
  Port& operator=(Port&&) = delete;
  ~Port();

  [[nodiscard]] std::uint16_t id() const noexcept { return id_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Mac& mac() const noexcept { return mac_; }
  /// A tx queue that no worker uses, where the port has one.
  [[nodiscard]] std::optional<std::uint16_t> control_queue() const noexcept { return control_; }
  /// DPDK's name of its driver.
  [[nodiscard]] std::string driver() const;
  [[nodiscard]] bool link_up() const noexcept;
  /// Mbit/s, 0 if unknown.
  [[nodiscard]] std::uint32_t link_speed() const noexcept;
  [[nodiscard]] PortLosses losses() const noexcept;

 private:
  Port(std::uint16_t id, std::string name) noexcept;

  std::uint16_t id_;
  bool open_ = true;
  std::string name_;
  Mac mac_;
  std::optional<std::uint16_t> control_;
};

}  // namespace portico::dpdk
