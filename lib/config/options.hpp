// SPDX-License-Identifier: BSD-3-Clause
// Every key of the configuration file, once. The defaults stand in model.hpp.
#pragma once

#include "config/model.hpp"
#include "config/option.hpp"
#include "tunnel/replay_window.hpp"

#include <tuple>

namespace portico::config {

inline constexpr std::uint32_t kMostTunnels = 131072;
inline constexpr Between kSeconds{1, 0xffffffff};
inline constexpr Between kRangeSizes{1, kMaxRangeSize};

inline constexpr std::tuple kEalOptions{
    Option{&Eal::main_core, "main_core", "CPU of the control core", {0, 1023}},
    Option{&Eal::worker_cores,
           "worker_cores",
           "CPUs, one worker each; empty: the control core turns one worker itself",
           {0, 1023}},
    Option{&Eal::idle, "idle", "what a worker without packets does: adaptive or spin"},
    Option{&Eal::hugepages, "hugepages", "auto (if there are any), yes or no"},
    Option{&Eal::memory_mib, "memory_mib", "memory for packets and tables, in MiB", {64, 1 << 20}},
    Option{&Eal::arguments, "arguments", "more arguments for DPDK's EAL, verbatim"},
};

inline constexpr std::tuple kPortOptions{
    Required{&Port::name, "name", "our name for it"},
    Required{&Port::device, "device", "a PCI address, or a virtual device with its arguments"},
    Option{&Port::vlan, "vlan", "802.1Q VID on every frame, both ways; 0: untagged", {0, 4094}},
    Option{&Port::mtu, "mtu", "longest IP packet, in octets", {576, 9000}},
    Option{&Port::packets, "packets", "packet buffers for what it receives", {512, 1 << 22}},
};

inline constexpr std::tuple kRouteOptions{
    Required{&Route::prefix, "prefix", "where to"},
    Required{&Route::via, "via", "the router on this side's link"},
};

inline constexpr std::tuple kLanOptions{
    Required{&Network::port, "port", "a name in ports"},
    Required{&Network::address, "address", "our own address and its network's length"},
    Only{Role::Concentrator,
         Option{&Network::router, "router", "the default router on the provider's side"}},
    List{&Network::routes, "routes", "networks behind routers on this side", kRouteOptions},
    Only{Role::Gateway,
         Option{&Network::relays, "relays", "DHCP relay agents that are listened to"}},
    Option{&Network::icmp_per_s, "icmp_per_s", "ICMP messages of its own, a second", {1, 1000000}},
};

inline constexpr std::tuple kWanOptions{
    Required{&Network::port, "port", "a name in ports"},
    Required{&Network::address, "address", "our own address and its network's length"},
    Option{&Network::router, "router", "the default router"},
    List{&Network::routes, "routes", "networks behind other routers on this side", kRouteOptions},
    Option{&Network::icmp_per_s, "icmp_per_s", "ICMP messages of its own, a second", {1, 1000000}},
};

inline constexpr std::tuple kMacRuleOptions{
    Required{&MacRule::match, "match", "an address, an OUI, or address/mask"},
    Required{&MacRule::verdict, "verdict", "allow or deny"},
};

inline constexpr std::tuple kMacsOptions{
    Required{&Macs::fallback, "default", "what an address without a rule gets: allow or deny"},
    Option{&Macs::allow_local, "allow_local",
           "let locally administered addresses follow the rules"},
    Option{&Macs::on_deny, "on_deny",
           "when a reloaded list ends live leases: at_renewal or at_once"},
    Option{&Macs::file, "file", "a file of more rules, reloaded when it changes; empty: none"},
    List{&Macs::rules, "rules", "the most specific wins, deny wins ties", kMacRuleOptions},
};

inline constexpr std::tuple kPortSpanOptions{
    Required{&PortSpan::first, "first", "the first port"},
    Required{&PortSpan::last, "last", "the last port, included"},
};

inline constexpr std::tuple kFirmwareOptions{
    Required{&Firmware::file, "file", "path below tftp.root, or on the server named"},
    Option{&Firmware::version, "version", "told to the phone in option 125"},
    Option{&Firmware::server, "server", "another TFTP server's address; absent: Portico's own"},
    Option{&Firmware::sha256, "sha256", "hexadecimal digest of a file on another server"},
};

inline constexpr std::tuple kTemplateOptions{
    Required{&Template::name, "name", "TFTP file name; {mac} is the phone's"},
    Option{&Template::text, "text", "what is served, its {placeholders} filled from the lease"},
    Option{&Template::file, "file", "or a file below tftp.root that holds the text"},
};

inline constexpr std::tuple kClassOptionOptions{
    Required{&ClassOption::code, "code", "the option's number", {1, 254}},
    Option{&ClassOption::text, "text", "its value as text"},
    Option{&ClassOption::hex, "hex", "or in hexadecimal digits"},
    Option{&ClassOption::addresses, "addresses", "or as IPv4 addresses"},
};

inline constexpr std::tuple kClassOptions{
    Required{&PhoneClass::name, "name", "our name for it"},
    Required{&PhoneClass::vendor_class, "vendor_class",
             "vendor class identifiers (option 60), exact or with * and ?"},
    Required{&PhoneClass::ports, "ports", "ports a phone gets: a power of two", kRangeSizes},
    Required{&PhoneClass::private_pool, "private_pool", "a name in pools.private"},
    Option{&PhoneClass::public_pool, "public_pool", "a direct pool, where direct or signalling"},
    Option{&PhoneClass::tunnel_pool, "tunnel_pool", "a tunnel pool, where tunnel or signalling"},
    Option{&PhoneClass::uses, "uses", "direct, tunnel, or signalling (only that by the tunnel)"},
    Option{&PhoneClass::lease_s, "lease_s", "lease time, in seconds; 4294967295: for ever",
           kSeconds},
    Option{&PhoneClass::renew_s, "renew_s", "T1, in seconds; 0: half the lease time"},
    Option{&PhoneClass::rebind_s, "rebind_s", "T2, in seconds; 0: 0.875 of the lease time"},
    Option{
        &PhoneClass::leases_per_mac, "leases_per_mac", "leases that one MAC may hold", {1, 1024}},
    Object{&PhoneClass::firmware, "firmware", "the software it runs", kFirmwareOptions},
    List{&PhoneClass::templates, "templates", "settings files made from the lease",
         kTemplateOptions},
    Option{&PhoneClass::option_43, "option_43", "tell in option 43 what option 125 tells"},
    Option{&PhoneClass::dns, "dns", "option 6"},
    Option{&PhoneClass::ntp, "ntp", "option 42"},
    Option{&PhoneClass::sip_servers, "sip_servers", "option 120"},
    Option{&PhoneClass::time_zone, "time_zone", "option 100, a POSIX time zone"},
    Option{&PhoneClass::tz_database, "tz_database", "option 101, a name of the time zone database"},
    List{&PhoneClass::options, "options", "other options by number", kClassOptionOptions},
    Option{&PhoneClass::tftp_wrap_to_one, "tftp_wrap_to_one",
           "TFTP block 65535 is followed by 1, not 0"},
};

inline constexpr std::tuple kStaticOptions{
    Required{&StaticPhone::private_address, "private_address", "its address on the LAN side"},
    Required{&StaticPhone::mac, "mac", "its MAC address"},
    Required{&StaticPhone::first_port, "first_port",
             "first port of its range: a multiple of ports"},
    Required{&StaticPhone::ports, "ports", "size of its range: a power of two", kRangeSizes},
    Option{&StaticPhone::public_address, "public_address", "of a direct pool"},
    Option{&StaticPhone::tunnel_address, "tunnel_address", "of a tunnel pool"},
    Option{&StaticPhone::via, "via", "the router it is reached through, unless attached"},
};

inline constexpr std::tuple kPhonesOptions{
    Object{&Phones::macs, "macs", "which MAC addresses may have a lease", kMacsOptions},
    List{&Phones::reserved_ports, "reserved_ports", "besides 0-1023, in no phone's range",
         kPortSpanOptions},
    List{&Phones::classes, "classes", "kinds of phones; the first that matches is taken",
         kClassOptions},
    List{&Phones::statics, "static", "devices without DHCP", kStaticOptions},
};

inline constexpr std::tuple kPrivatePoolOptions{
    Required{&PrivatePool::name, "name", "our name for it"},
    Required{&PrivatePool::network, "network", "the phones' network"},
    Option{&PrivatePool::first, "first", "first address to lease; absent: the second usable one"},
    Option{&PrivatePool::last, "last", "last address to lease; absent: the last usable one"},
    Option{&PrivatePool::via, "via", "the router it is reached through, unless on the LAN's link"},
    Option{&PrivatePool::router, "router", "option 3; absent: our LAN address, or via"},
};

inline constexpr std::tuple kPublicPoolOptions{
    Required{&PublicPool::name, "name", "our name for it"},
    Required{&PublicPool::addresses, "addresses", "a prefix, every address of which is used"},
    Option{&PublicPool::identity, "identity", "direct (ours), or tunnel (the VoIP provider's)"},
    List{&PublicPool::reserved, "reserved", "ports in nobody's range, besides reserved_ports",
         kPortSpanOptions},
};

inline constexpr std::tuple kPoolsOptions{
    List{&Pools::private_pools, "private", "addresses for phones", kPrivatePoolOptions},
    List{&Pools::public_pools, "public", "addresses that phones are seen by", kPublicPoolOptions},
};

inline constexpr std::tuple kLifetimeOptions{
    Option{&Lifetime::seconds, "seconds", "since its first use, over restarts; 0: no limit"},
    Option{&Lifetime::packets, "packets",
           "sequence numbers, of which a restart uses up to 2^24; 0: no limit"},
    Option{&Lifetime::octets, "octets", "octets sent or taken by it; 0: no limit"},
};

inline constexpr std::tuple kSignallingOptions{
    Option{&Signalling::servers, "servers", "networks of the servers"},
    Option{&Signalling::ports, "ports", "and their ports", {1, 65535}},
};

inline constexpr std::tuple kTunnelBlockOptions{
    Required{&TunnelBlock::addresses, "addresses", "a prefix of the provider's addresses"},
    Option{&TunnelBlock::granule,
           "granule",
           "ports of the smallest block: a power of two; 65536: whole addresses",
           {1, 65536}},
    Option{&TunnelBlock::announce, "announce",
           "arp (answer for them on the LAN), or route (they are routed here)"},
};

inline constexpr std::tuple kTunnelOptions{
    Option{&Tunnel::file, "file", "the tunnels' records, one a line; empty: no tunnels"},
    Option{&Tunnel::keys, "keys", "their keys, a file of mode 0600; empty: none has any"},
    Option{&Tunnel::store, "store", "where sequence numbers outlive the process"},
    Option{&Tunnel::capacity, "capacity", "tunnels at once", {1, kMostTunnels}},
    Option{&Tunnel::replay_window,
           "replay_window",
           "packets that may come late: a power of two",
           {tunnel::kLeastWindow, tunnel::kMostWindow}},
    Option{&Tunnel::dscp, "dscp", "DSCP of the outer header; absent: the inner one's", {0, 63}},
    Option{&Tunnel::df, "df", "don't fragment, on the outer header: copy, set or clear"},
    Option{&Tunnel::learn_path_mtu, "learn_path_mtu",
           "true: routers are believed when they say that a tunnel's path takes less"},
    Option{&Tunnel::switch_s,
           "switch_s",
           "seconds after new keys are read before we send by them",
           {0, 86400}},
    Option{&Tunnel::linger_s,
           "linger_s",
           "seconds that the old keys are still good for receiving after that",
           {0, 86400}},
    Object{&Tunnel::soft, "soft", "use of an SA after which we warn", kLifetimeOptions},
    Object{&Tunnel::hard, "hard", "use of an SA after which it stops", kLifetimeOptions},
    Only{Role::Gateway, Option{&Tunnel::keepalive_s,
                               "keepalive_s",
                               "seconds of silence before a keepalive, in UDP only; 0: none",
                               {0, 3600}}},
    Only{Role::Gateway,
         Object{&Tunnel::signalling, "signalling",
                "what classes that use signalling send through the tunnel", kSignallingOptions}},
    Only{Role::Concentrator,
         List{&Tunnel::blocks, "blocks", "addresses that the gateways' phones are seen by",
              kTunnelBlockOptions}},
};

inline constexpr std::tuple kDhcpOptions{
    Required{&Dhcp::enterprise,
             "enterprise",
             "the operator's IANA number, of option 125",
             {1, 0xffffffff}},
    Option{&Dhcp::offer_hold_s, "offer_hold_s", "seconds that an offer is held", {1, 3600}},
    Option{&Dhcp::per_mac_per_s, "per_mac_per_s", "messages a second of one MAC", {1, 1000000}},
    Option{&Dhcp::per_port_per_s, "per_port_per_s", "messages a second in all", {1, 10000000}},
    Option{&Dhcp::pending, "pending", "transactions in flight", {1, 1 << 20}},
    Option{&Dhcp::probe_ms,
           "probe_ms",
           "milliseconds that an address new to a phone is pinged before its offer; 0: not at all",
           {0, 2000}},
    Option{&Dhcp::decline_s, "decline_s", "seconds that a declined address is nobody's", kSeconds},
};

inline constexpr std::tuple kTftpOptions{
    Option{&Tftp::root, "root", "folder of the files; empty: no TFTP service"},
    Option{&Tftp::memory_mib, "memory_mib", "memory for the files, in MiB", {1, 1 << 20}},
    Option{&Tftp::transfers, "transfers", "transfers at once", {1, 1 << 20}},
    Option{&Tftp::transfers_per_phone, "transfers_per_phone", "transfers of one phone", {1, 1024}},
    Option{&Tftp::timeout_s, "timeout_s", "seconds before the first retransmission", {1, 255}},
    Option{&Tftp::retries, "retries", "retransmissions before a transfer is given up", {1, 255}},
    Option{&Tftp::max_windowsize, "max_windowsize", "blocks in flight, at most", {1, 65535}},
    Option{&Tftp::rescan_s,
           "rescan_s",
           "seconds between looks for changed files, phones.macs.file too",
           {1, 86400}},
};

inline constexpr std::tuple kLeasesOptions{
    Option{&Leases::file, "file", "where leases outlive the process"},
    Option{&Leases::quarantine_s, "quarantine_s", "seconds before a range changes hands"},
    Option{&Leases::history_days, "history_days", "days that the history is kept", {1, 36500}},
};

inline constexpr std::tuple kManagementOptions{
    Option{&Management::http, "http", "address:port of the JSON pages; empty: none"},
    Option{&Management::socket, "socket", "Unix socket of the command line; empty: none"},
};

inline constexpr std::tuple kOptions{
    Option{&Config::role, "role", "gateway or concentrator"},
    Object{&Config::eal, "eal", "the process on its cores", kEalOptions},
    List{&Config::ports, "ports", "what DPDK opens", kPortOptions},
    Object{&Config::lan, "lan", "towards the phones, or the provider", kLanOptions},
    Object{&Config::wan, "wan", "towards the network, or the gateways", kWanOptions},
    Only{Role::Gateway, Object{&Config::phones, "phones", "who gets what", kPhonesOptions}},
    Only{Role::Gateway,
         Object{&Config::pools, "pools", "addresses and what they are for", kPoolsOptions}},
    Object{&Config::tunnel, "tunnel", "tunnels to the provider", kTunnelOptions},
    Only{Role::Gateway, Object{&Config::dhcp, "dhcp", "the DHCP service", kDhcpOptions}},
    Only{Role::Gateway, Object{&Config::tftp, "tftp", "the file service", kTftpOptions}},
    Only{Role::Gateway, Object{&Config::leases, "leases", "the lease store", kLeasesOptions}},
    Object{&Config::management, "management", "where the operator looks", kManagementOptions},
};

}  // namespace portico::config
