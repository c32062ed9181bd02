// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/network.hpp"

#include "app/phone/netlink.hpp"
#include "drivers/posix/descriptor.hpp"

#include <algorithm>
#include <fstream>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>

namespace portico::phone {
namespace {

constexpr const char* kPortRangeFile = "/proc/sys/net/ipv4/ip_local_port_range";

Result<void> done(int error, const char* what) {
  if (error != 0) return posix::fail_errno(what, error);
  return {};
}

Result<void> bring_up(const Interface& interface) {
  NetlinkRequest request(RTM_NEWLINK, 0);
  auto& link = request.body<ifinfomsg>();
  link.ifi_family = AF_UNSPEC;
  link.ifi_index = interface.index;
  link.ifi_flags = IFF_UP;
  link.ifi_change = IFF_UP;
  return done(request.send(), "bringing the interface up");
}

NetlinkRequest address_request(std::uint16_t type, std::uint16_t flags, int index,
                               const Lease& lease) {
  NetlinkRequest request(type, flags);
  auto& address = request.body<ifaddrmsg>();
  address.ifa_family = AF_INET;
  address.ifa_prefixlen = lease.prefix_length;
  address.ifa_index = static_cast<std::uint32_t>(index);
  request.attribute(IFA_LOCAL, lease.address);
  request.attribute(IFA_ADDRESS, lease.address);
  return request;
}

int add_address(int index, const Lease& lease) {
  auto request = address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, lease);
  if (lease.prefix_length < 31) {
    const Ipv4 all_hosts = InterfaceAddress{lease.address, lease.prefix_length}.network().last();
    request.attribute(IFA_BROADCAST, all_hosts);
  }
  ifa_cacheinfo lifetime{};
  lifetime.ifa_valid = lease.lease_s;  // the kernel's infinite is 0xffffffff as well
  lifetime.ifa_prefered = lease.lease_s;
  request.attribute(IFA_CACHEINFO, &lifetime, sizeof lifetime);
  return request.send();
}

int add_default_route(int index, const Lease& lease) {
  NetlinkRequest request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  auto& route = request.body<rtmsg>();
  route.rtm_family = AF_INET;
  route.rtm_table = RT_TABLE_MAIN;
  route.rtm_protocol = RTPROT_DHCP;
  route.rtm_scope = RT_SCOPE_UNIVERSE;
  route.rtm_type = RTN_UNICAST;
  route.rtm_flags = RTNH_F_ONLINK;  // also where the router is outside the leased prefix
  request.attribute(RTA_GATEWAY, lease.router);
  request.attribute(RTA_OIF, static_cast<std::uint32_t>(index));
  request.attribute(RTA_PREFSRC, lease.address);
  return request.send();
}

Result<std::string> read_port_range() {
  std::ifstream file(kPortRangeFile);
  std::string line;
  if (!std::getline(file, line)) return fail("cannot be read", kPortRangeFile);
  return line;
}

Result<void> write_port_range(const std::string& range) {
  std::ofstream file(kPortRangeFile);
  file << range << std::flush;
  if (!file) return fail("cannot be set to " + range, kPortRangeFile);
  return {};
}

}  // namespace

Result<Interface> open_interface(const std::string& name) {
  const posix::Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name)
    return fail("not a name of an interface", name);
  name.copy(request.ifr_name, name.size());
  Interface found;
  found.name = name;
  if (::ioctl(socket.get(), SIOCGIFINDEX, &request) != 0) return posix::fail_errno(name);
  found.index = request.ifr_ifindex;
  if (::ioctl(socket.get(), SIOCGIFHWADDR, &request) != 0) return posix::fail_errno(name);
  if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER) return fail("not an Ethernet interface", name);
  std::copy_n(request.ifr_hwaddr.sa_data, found.mac.octets.size(), found.mac.octets.begin());
  if (::ioctl(socket.get(), SIOCGIFMTU, &request) != 0) return posix::fail_errno(name);
  found.mtu = static_cast<std::uint16_t>(std::clamp(request.ifr_mtu, 576, 0xffff));
  if (auto up = bring_up(found); !up) return fail(up.error());
  return found;
}

Result<void> Network::enable(const Lease& lease) {
  if (auto added = done(add_address(interface_.index, lease), "adding the address"); !added)
    return added;
  if (lease.router.is_zero()) return {};
  return done(add_default_route(interface_.index, lease), "adding the default route");
}

Result<void> Network::disable(const Lease& lease) {
  // The kernel takes the routes that prefer this source address away with it.
  const int error = address_request(RTM_DELADDR, 0, interface_.index, lease).send();
  return done(error == EADDRNOTAVAIL ? 0 : error, "removing the address");
}

Result<void> Network::confine_ports(PortRange ports) {
  if (ports_before_.empty()) {
    auto before = read_port_range();
    if (!before) return fail(before.error());
    ports_before_ = *before;
  }
  return write_port_range(std::to_string(ports.first) + " " + std::to_string(ports.last()));
}

Result<void> Network::release_ports() {
  if (ports_before_.empty()) return {};
  return write_port_range(std::exchange(ports_before_, {}));
}

}  // namespace portico::phone
