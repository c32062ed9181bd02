// SPDX-License-Identifier: BSD-3-Clause
// The whole configuration as values, defaults included. options.hpp names each field once; the
// file, --check, `show config` and conf/ come from there.
#pragma once

#include "base/addresses.hpp"
#include "base/digest.hpp"
#include "base/port_range.hpp"
#include "ports/port_span.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portico::config {

enum class Role : std::uint8_t { Gateway, Concentrator };  // "gateway", "concentrator"
enum class Idle : std::uint8_t { Adaptive, Spin };         // "adaptive", "spin"
enum class Hugepages : std::uint8_t { Auto, Yes, No };     // "auto": use them if there are any

/// "eal": the process on its cores.
struct Eal {
  std::uint32_t main_core = 0;              ///< CPU of the control core
  std::vector<std::uint32_t> worker_cores;  ///< CPUs, one worker each; empty: one-lcore mode
  Idle idle = Idle::Adaptive;
  Hugepages hugepages = Hugepages::Auto;
  std::uint32_t memory_mib = 256;      ///< for packets and tables
  std::vector<std::string> arguments;  ///< more arguments for EAL, verbatim
};

/// "ports": what DPDK opens.
struct Port {
  std::string name;              ///< ours: "lan0"
  std::string device;            ///< a PCI address, or a vdev with its arguments
  std::uint16_t vlan = 0;        ///< 802.1Q VID 1 to 4094, on every frame both ways; 0: untagged
  std::uint16_t mtu = 1500;      ///< of IP packets, 576 to 9000
  std::uint32_t packets = 8192;  ///< packet buffers for what this port receives
};

struct Route {
  Prefix prefix;
  Ipv4 via;
};

/// "lan", "wan": the two sides. A concentrator's LAN is the provider's network; its gateways are
/// behind the WAN.
struct Network {
  std::string port;            ///< a name in "ports"
  InterfaceAddress address;    ///< our own on this side
  std::optional<Ipv4> router;  ///< default router; on the LAN a concentrator's only
  std::vector<Route> routes;
  std::vector<Ipv4> relays;  ///< lan: the only values giaddr may have
  std::uint32_t icmp_per_s =
      100;  ///< ICMP messages of our own, a second (RFC 1812 section 4.3.2.8)
};

/// "pools.private": addresses for phones.
struct PrivatePool {
  std::string name;
  Prefix network;             ///< also the phones' subnet mask
  std::optional<Ipv4> first;  ///< default: second usable address of the network
  std::optional<Ipv4> last;   ///< default: last usable address
  std::optional<Ipv4> via;  ///< the router it is reached through; required unless on the LAN's link
  std::optional<Ipv4> router;  ///< option 3; default: our LAN address if on-link, else `via`
};

using ports::PortSpan;

/// "pools.public": identities. `tunnel` pools hold addresses of the provider.
enum class Identity : std::uint8_t { Direct, Tunnel };  // "direct", "tunnel"
struct PublicPool {
  std::string name;
  Prefix addresses;
  Identity identity = Identity::Direct;
  std::vector<PortSpan> reserved;  ///< besides phones.reserved_ports
};

struct Pools {
  std::vector<PrivatePool> private_pools;  // "private"
  std::vector<PublicPool> public_pools;    // "public"
};

enum class Verdict : std::uint8_t { Deny, Allow };       // "deny", "allow"
enum class OnDeny : std::uint8_t { AtRenewal, AtOnce };  // "at_renewal", "at_once"

struct MacRule {
  std::string match;  ///< "00:1b:2c:00:00:01", "00:1b:2c" (an OUI), or "address/mask"
  Verdict verdict = Verdict::Deny;
};

/// "phones.macs": P2.
struct Macs {
  std::optional<Verdict> fallback;  ///< "default": required
  bool allow_local = false;
  OnDeny on_deny = OnDeny::AtRenewal;
  std::string file;  ///< one "match allow|deny" a line, '#' comments; reloaded when it changes
  std::vector<MacRule> rules;
};

/// "phones.classes[].options": one option by number; exactly one of the values.
struct ClassOption {
  std::uint8_t code = 0;
  std::optional<std::string> text;
  std::optional<std::string> hex;
  std::vector<Ipv4> addresses;
};

struct Firmware {
  std::string file;                   ///< below tftp.root, or on `server`
  std::string version;                ///< option 125 sub-option 5
  std::optional<Ipv4> server;         ///< default: Portico's own (its LAN address)
  std::optional<std::string> sha256;  ///< hex; of a file on another server (ours are hashed here)
};

struct Template {
  std::string name;  ///< TFTP file name, may contain {mac}
  std::string text;  ///< with {private_address} … filled from the requester's lease
  std::string file;  ///< or: a file below tftp.root holding the text
};

enum class Uses : std::uint8_t { Direct, Tunnel, Signalling };  // "direct", "tunnel", "signalling"

/// "phones.classes": P3, P4, P6. The first class that matches is taken.
struct PhoneClass {
  std::string name;
  std::vector<std::string> vendor_class;  ///< exact text, or with '*' and '?' (a glob)
  std::uint32_t ports = 0;                ///< size of the range: a power of two, 1 to 16384
  std::string private_pool;
  std::string public_pool;  ///< required where `uses` is direct or signalling
  std::string tunnel_pool;  ///< required where `uses` is tunnel or signalling
  Uses uses = Uses::Direct;
  std::uint32_t lease_s = 3600;
  std::uint32_t renew_s = 0;   ///< T1; 0: half
  std::uint32_t rebind_s = 0;  ///< T2; 0: 0.875
  std::uint32_t leases_per_mac = 1;
  std::optional<Firmware> firmware;
  std::vector<Template> templates;
  bool option_43 = false;  ///< option 125's sub-options in option 43 too
  std::vector<Ipv4> dns;
  std::vector<Ipv4> ntp;
  std::vector<Ipv4> sip_servers;
  std::string time_zone;    ///< POSIX, option 100
  std::string tz_database;  ///< option 101
  std::vector<ClassOption> options;
  bool tftp_wrap_to_one = false;
};

/// "phones.static": T0, a device without DHCP.
struct StaticPhone {
  Ipv4 private_address;
  Mac mac;
  std::uint16_t first_port = 0;
  std::uint32_t ports = 0;
  std::optional<Ipv4> public_address;
  std::optional<Ipv4> tunnel_address;
  std::optional<Ipv4> via;
};

struct Phones {
  Macs macs;
  /// Besides 0-1023, in no phone's range. The default: servers of H.323, MGCP, IPsec NAT traversal
  /// and SIP, which others look for at these ports (RFC 7422 section 2.1 asks for such a list).
  std::vector<PortSpan> reserved_ports = {
      {1719, 1720}, {2427, 2427}, {2727, 2727}, {4500, 4500}, {5060, 5061}};
  std::vector<PhoneClass> classes;
  std::vector<StaticPhone> statics;  // "static"
};

/// How much an SA is used; 0: without a limit.
struct Lifetime {
  std::uint32_t seconds = 0;
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;
};

/// "tunnel.signalling": what a class that `uses` signalling sends through the tunnel.
struct Signalling {
  std::vector<Prefix> servers;
  /// SIP, MGCP, H.323, SCCP.
  std::vector<std::uint16_t> ports = {5060, 5061, 2427, 2727, 1719, 1720, 2000};
};

/// "tunnel.blocks": addresses of the provider's that a concentrator hands to its gateways.
enum class Announce : std::uint8_t { Arp, Route };  // "arp", "route"
struct TunnelBlock {
  Prefix addresses;
  std::uint32_t granule = 65536;  ///< ports: a power of two; 65536: whole addresses
  Announce announce = Announce::Arp;
};

/// The inner header's don't-fragment bit on the outer one (RFC 4301 section 8.1).
enum class Df : std::uint8_t { Copy, Set, Clear };  // "copy", "set", "clear"

struct Tunnel {
  std::string file;  ///< the records, one a line; empty: no tunnels
  std::string keys;  ///< their keys, nobody else's to read
  std::string store = "/var/lib/portico/tunnels.db";
  std::uint32_t capacity = 64;
  std::uint32_t replay_window = 1024;  ///< a power of two (RFC 4303 section 3.4.3)
  std::optional<std::uint8_t> dscp;    ///< default: the inner packet's (RFC 2983)
  Df df = Df::Copy;
  bool learn_path_mtu = true;   ///< from ICMP, which nobody signs (RFC 4301 section 6.1.1)
  std::uint32_t switch_s = 10;  ///< the other end has read its new keys by then
  std::uint32_t linger_s = 60;  ///< what it sent by the old ones has come by then
  Lifetime soft;
  Lifetime hard;
  std::uint32_t keepalive_s = 20;   ///< a gateway's (RFC 3948 section 4)
  Signalling signalling;            ///< the same
  std::vector<TunnelBlock> blocks;  ///< a concentrator's
};

struct Dhcp {
  std::uint32_t enterprise = 0;  ///< option 125: the operator's IANA number; required
  std::uint32_t offer_hold_s = 60;
  std::uint32_t per_mac_per_s = 10;  ///< messages a second of one MAC, bursts of twice that
  std::uint32_t per_port_per_s = 20000;
  std::uint32_t pending = 8192;     ///< transactions in flight
  std::uint32_t probe_ms = 0;       ///< how long the ping of an address waits for its answer
  std::uint32_t decline_s = 86400;  ///< how long a declined address is nobody's
};

struct Tftp {
  std::string root;  ///< empty: no TFTP service
  std::uint32_t memory_mib = 512;
  std::uint32_t transfers = 4096;
  std::uint32_t transfers_per_phone = 4;
  std::uint32_t timeout_s = 1;
  std::uint32_t retries = 5;
  std::uint32_t max_windowsize = 64;
  std::uint32_t rescan_s = 2;  ///< how often root and phones.macs.file are looked at
};

struct Leases {
  std::string file = "/var/lib/portico/leases.db";
  std::uint32_t quarantine_s = 120;  ///< RFC 6888 REQ-8
  std::uint32_t history_days = 365;
};

struct Management {
  std::string http = "127.0.0.1:8080";               ///< empty: none
  std::string socket = "/run/portico/portico.sock";  ///< of the command line; empty: none
};

struct Config {
  Role role = Role::Gateway;
  Eal eal;
  std::vector<Port> ports;
  Network lan;
  Network wan;
  Phones phones;
  Pools pools;
  Tunnel tunnel;
  Dhcp dhcp;
  Tftp tftp;
  Leases leases;
  Management management;
};

}  // namespace portico::config
