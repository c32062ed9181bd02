// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/dpdk/ports.hpp"

#include "drivers/dpdk/eal.hpp"

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <algorithm>
#include <array>
#include <net/if.h>
#include <utility>

namespace portico::dpdk {
namespace {

constexpr std::uint16_t kDescriptors = 1024;
constexpr std::uint32_t kEthernetOverhead = RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN;
constexpr std::uint32_t kKernelFrames = 2048;  // of net_af_packet: all phones may speak at once
constexpr std::uint32_t kLargeFrame = 9216;  // of net_af_packet: an MTU of 9000 and its own header

std::string reason(int rc) { return rte_strerror(rc < 0 ? -rc : rc); }

bool is_driver(const std::string& device, std::string_view driver) {
  return device.starts_with(driver);
}

/// Drivers whose tx queues are the rx queues' other end: a queue that is never read would swallow
/// its share of what arrives, so control gets none of its own.
bool has_paired_queues(const std::string& device) {
  return is_driver(device, "net_af_packet") || is_driver(device, "net_tap");
}

/// It knows one MTU only, and setting it would change the host's interface: its frames are made
/// large enough instead.
bool is_kernel_socket(const std::string& device) { return is_driver(device, "net_af_packet"); }

/// net_af_packet wants room for whatever its frames could hold.
std::uint16_t buffer_for(const PortOptions& options) {
  const auto frame = options.mtu + kEthernetOverhead;
  const bool large = is_kernel_socket(options.device) && options.mtu > RTE_ETHER_MTU;
  return static_cast<std::uint16_t>(large ? std::max(frame, kLargeFrame) : frame);
}

/// What follows "key=" in a vdev's arguments.
std::string argument(const std::string& device, const std::string& key) {
  const auto at = device.find(',' + key + '=');
  if (at == std::string::npos) return {};
  const auto from = at + key.size() + 2;
  return device.substr(from, device.find(',', from) - from);
}

/// The vdev's arguments, with what follows from our own options added unless it is there.
std::string vdev_arguments(const PortOptions& options) {
  const auto& device = options.device;
  const auto comma = device.find(',');
  auto args = comma == std::string::npos ? std::string{} : device.substr(comma + 1);
  const auto add = [&](const std::string& key, const std::string& value) {
    if (argument(device, key).empty()) args += (args.empty() ? "" : ",") + key + '=' + value;
  };
  if (is_kernel_socket(device)) {
    if (options.workers > 1) add("qpairs", std::to_string(options.workers));
    add("framecnt", std::to_string(kKernelFrames));
    if (options.mtu > RTE_ETHER_MTU) {  // it cuts what is longer than its frames, without a word
      add("framesz", std::to_string(kLargeFrame));
      add("blocksz", std::to_string(4 * kLargeFrame));  // whole pages and whole frames
    }
  }
  return args;
}

/// Hot-plugged rather than given to EAL, which starts even if a vdev does not.
Result<std::uint16_t> plug(const PortOptions& options) {
  std::uint16_t id = 0;
  const auto& device = options.device;
  const auto driver = device.substr(0, device.find(','));
  if (rte_eth_dev_get_port_by_name(driver.c_str(), &id) == 0) return id;
  if (is_pci_address(device))
    return fail("no DPDK driver took the device " + device + " (is it bound to vfio-pci?)",
                options.name);
  if (const auto iface = argument(device, "iface");
      is_kernel_socket(device) && if_nametoindex(iface.c_str()) == 0)
    return fail("there is no network interface '" + iface + "'", options.name);
  const auto vdev = driver + '_' + options.name;
  const auto args = vdev_arguments(options);
  if (const int rc = rte_eal_hotplug_add("vdev", vdev.c_str(), args.c_str()); rc < 0)
    return fail("cannot open " + device + ": " + reason(rc), options.name);
  if (rte_eth_dev_get_port_by_name(vdev.c_str(), &id) != 0)
    return fail("'" + driver + "' is no Ethernet device", options.name);
  return id;
}

struct Queues {
  std::uint16_t rx = 1;
  std::uint16_t tx = 1;
};

Result<Queues> queues_for(const PortOptions& options, const rte_eth_dev_info& info) {
  if (options.workers > std::min(info.max_rx_queues, info.max_tx_queues))
    return fail("has " + std::to_string(std::min(info.max_rx_queues, info.max_tx_queues)) +
                    " queues, but there are " + std::to_string(options.workers) + " workers",
                options.name);
  const bool spare = !has_paired_queues(options.device) && info.max_tx_queues > options.workers;
  return Queues{options.workers, static_cast<std::uint16_t>(options.workers + (spare ? 1 : 0))};
}

rte_eth_conf configuration(const PortOptions& options, const rte_eth_dev_info& info) {
  rte_eth_conf conf{};
  if (!is_kernel_socket(options.device)) conf.rxmode.mtu = options.mtu;
  const auto hash =
      (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP) & info.flow_type_rss_offloads;
  if (options.workers > 1 && hash != 0) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf.rx_adv_conf.rss_conf.rss_hf = hash;
  }
  return conf;
}

Result<void> set_up_queues(std::uint16_t id, const PortOptions& options, Queues queues,
                           rte_mempool* pool) {
  std::uint16_t rx_size = kDescriptors;
  std::uint16_t tx_size = kDescriptors;
  int rc = rte_eth_dev_adjust_nb_rx_tx_desc(id, &rx_size, &tx_size);
  const auto node = static_cast<unsigned>(std::max(0, rte_eth_dev_socket_id(id)));
  for (std::uint16_t q = 0; rc == 0 && q < queues.rx; ++q)
    rc = rte_eth_rx_queue_setup(id, q, rx_size, node, nullptr, pool);
  for (std::uint16_t q = 0; rc == 0 && q < queues.tx; ++q)
    rc = rte_eth_tx_queue_setup(id, q, tx_size, node, nullptr);
  if (rc != 0) return fail("cannot set its queues up: " + reason(rc), options.name);
  return {};
}

/// Only beyond Ethernet's own: some drivers know no other.
Result<void> set_mtu(std::uint16_t id, const PortOptions& options) {
  if (options.mtu == RTE_ETHER_MTU || is_kernel_socket(options.device)) return {};
  if (const int rc = rte_eth_dev_set_mtu(id, options.mtu); rc != 0 && rc != -ENOTSUP)
    return fail("cannot take an MTU of " + std::to_string(options.mtu) + ": " + reason(rc),
                options.name);
  return {};
}

/// A socket of net_af_packet hears every interface until it is bound, and all that its queue's
/// siblings hear until it has joined them: that is not this port's, or would be there twice.
void forget_what_waits(std::uint16_t id, std::uint16_t queues, std::uint32_t at_most) {
  std::array<rte_mbuf*, 32> room;
  for (std::uint16_t queue = 0; queue < queues; ++queue)
    for (std::uint32_t n = 0; n < at_most;) {
      const auto got = rte_eth_rx_burst(id, queue, room.data(), room.size());
      if (got == 0) break;
      rte_pktmbuf_free_bulk(room.data(), got);
      n += got;
    }
}

}  // namespace

Result<rte_mempool*> make_pool(const PoolOptions& options) {
  const auto cache = std::min(256u, options.packets / 2);  // of each lcore; more would hoard
  const auto room =
      std::max<unsigned>(RTE_MBUF_DEFAULT_BUF_SIZE, RTE_PKTMBUF_HEADROOM + options.frame_size);
  const int node = options.port ? rte_eth_dev_socket_id(*options.port) : SOCKET_ID_ANY;
  auto* pool =
      rte_pktmbuf_pool_create(options.name.c_str(), options.packets, cache, options.private_size,
                              static_cast<std::uint16_t>(RTE_ALIGN(room, 64u)), node);
  if (pool == nullptr)
    return fail("no memory for " + std::to_string(options.packets) +
                    " packet buffers: " + reason(rte_errno),
                options.name);
  return pool;
}

std::vector<PoolUsage> pool_usages() {
  std::vector<PoolUsage> usages;
  const auto add = [](rte_mempool* pool, void* to) {
    static_cast<std::vector<PoolUsage>*>(to)->push_back(
        {pool->name, pool->size, rte_mempool_in_use_count(pool)});
  };
  rte_mempool_walk(add, &usages);
  return usages;
}

Result<Port> Port::open(const PortOptions& options) {
  const auto id = plug(options);
  if (!id) return fail(id.error());
  rte_eth_dev_info info{};
  if (const int rc = rte_eth_dev_info_get(*id, &info); rc != 0)
    return fail("says nothing about itself: " + reason(rc), options.name);
  const auto queues = queues_for(options, info);
  if (!queues) return fail(queues.error());
  const auto pool = make_pool({.name = "packets_" + options.name,
                               .packets = options.packets,
                               .frame_size = buffer_for(options),
                               .private_size = options.private_size,
                               .port = *id});
  if (!pool) return fail(pool.error().what, options.name);

  Port port{*id, options.name};  // from here on it is closed on every way out
  const auto conf = configuration(options, info);
  if (const int rc = rte_eth_dev_configure(*id, queues->rx, queues->tx, &conf); rc != 0)
    return fail("cannot be configured: " + reason(rc), options.name);
  if (auto done = set_mtu(*id, options); !done) return fail(done.error());
  if (auto done = set_up_queues(*id, options, *queues, *pool); !done) return fail(done.error());
  if (const int rc = rte_eth_dev_start(*id); rc != 0)
    return fail("does not start: " + reason(rc), options.name);
  forget_what_waits(*id, queues->rx, options.packets);

  rte_ether_addr mac;
  if (const int rc = rte_eth_macaddr_get(*id, &mac); rc != 0)
    return fail("has no MAC address: " + reason(rc), options.name);
  std::ranges::copy(mac.addr_bytes, port.mac_.octets.begin());
  if (queues->tx > queues->rx) port.control_ = queues->rx;
  return port;
}

Port::Port(std::uint16_t id, std::string name) noexcept : id_(id), name_(std::move(name)) {}

Port::Port(Port&& other) noexcept
    : id_(other.id_),
      open_(std::exchange(other.open_, false)),
      name_(std::move(other.name_)),
      mac_(other.mac_),
      control_(other.control_) {}

Port::~Port() {
  if (!open_) return;
  rte_eth_dev_stop(id_);
  rte_eth_dev_close(id_);
}

std::string Port::driver() const {
  rte_eth_dev_info info{};
  return rte_eth_dev_info_get(id_, &info) == 0 ? info.driver_name : "";
}

bool Port::link_up() const noexcept {
  rte_eth_link link{};
  return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

std::uint32_t Port::link_speed() const noexcept {
  rte_eth_link link{};
  const bool known =
      rte_eth_link_get_nowait(id_, &link) == 0 && link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN;
  return known ? link.link_speed : 0;
}

PortLosses Port::losses() const noexcept {
  rte_eth_stats stats{};
  if (rte_eth_stats_get(id_, &stats) != 0) return {};
  return {stats.imissed, stats.rx_nombuf, stats.ierrors, stats.oerrors};
}

}  // namespace portico::dpdk
