# SPDX-License-Identifier: BSD-3-Clause
"""DHCP servers side by side: each in a namespace, with an interface `lan0`, and on CPU 1.

All serve the vendor class ACME-SIP-*, with the options that such a telephone asks for, from 131,072
addresses; isc-dhcpd from 16,383, for with more it becomes a hundred times slower."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "functional"))

from lib.clients.telephone import put_software
from lib.config import GATEWAY_LAN, gateway_config
from lib.gateway import Gateway
from lib.namespaces import Namespace, cable

SERVER_CPU = 1
RELAY = "10.20.0.3"  # perfdhcp speaks as one
VENDOR_CLASS = "ACME-SIP-T46"
PINNED = ("taskset", "-c", SERVER_CPU)


class Server:
    """A server of the kernel's sockets; subclasses say how it is configured and called."""

    first_step = 15  # where to begin the search

    def __init__(self, directory):
        self.directory = directory
        self.namespaces = []
        self.host = self._namespace("server")
        self.load = self._namespace("load")
        cable(self.host, "lan0", self.load, "eth0")
        self.load.ip(f"addr add {RELAY}/8 dev eth0")
        self.process = None

    def _namespace(self, name):
        namespace = Namespace(name, self.directory)
        self.namespaces.append(namespace)
        return namespace

    def start(self, wrapper=()):
        """Starts it, perhaps below another program, and waits until it can be asked."""
        self.host.ip(f"addr add {GATEWAY_LAN}/8 dev lan0")
        self.process = self.host.start(*PINNED, *wrapper, *self.command(),
                                       log="server", env=self.environment())
        self.host.wait_for_udp(67)

    def environment(self):
        return None

    def close(self):
        for namespace in reversed(self.namespaces):
            namespace.close()

    def _write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path


class Kea(Server):
    name = "Kea memfile"
    first_step = 38

    def command(self):
        octets = "010574667470300204DEADBEEF"
        config = {"Dhcp4": {
            "interfaces-config": {"interfaces": ["lan0"], "dhcp-socket-type": "udp"},
            "lease-database": {"type": "memfile", "persist": True, "lfc-interval": 0,
                               "name": str(self.directory / "kea.csv")},
            "multi-threading": {"enable-multi-threading": False},
            "valid-lifetime": 3600,
            "client-classes": [{"name": "acme-phone",
                                "test": "substring(option[60].hex,0,9) == 'ACME-SIP-'"}],
            "option-data": [
                {"name": "routers", "data": GATEWAY_LAN},
                {"name": "tftp-server-name", "data": GATEWAY_LAN, "always-send": True},
                {"code": 43, "csv-format": False, "always-send": True, "data": octets},
                {"code": 159, "name": "v4-portparams", "csv-format": False, "always-send": True,
                 "data": "00080042"}],
            "subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "interface": "lan0",
                         "next-server": GATEWAY_LAN, "boot-file-name": "acme/fw-1.2.3.bin",
                         "pools": [{"pool": "10.32.0.0 - 10.33.255.255",
                                    "client-class": "acme-phone"}]}],
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR",
                         "output_options": [{"output": "stdout"}]}]}}
        return ["kea-dhcp4", "-c", self._write("kea.json", json.dumps(config))]

    def environment(self):
        return {"KEA_PIDFILE_DIR": self.directory, "KEA_LOCKFILE_DIR": self.directory}


_DHCPD = """
authoritative; ping-check false; ddns-update-style none;
default-lease-time 3600; max-lease-time 3600;
option opt43 code 43 = string;
option opt159 code 159 = string;
class "acme-phone" { match if substring(option vendor-class-identifier, 0, 9) = "ACME-SIP-"; }
subnet 10.0.0.0 netmask 255.0.0.0 {
  option routers 10.20.0.1;
  option tftp-server-name "10.20.0.1"; filename "acme/fw-1.2.3.bin"; next-server 10.20.0.1;
  option opt43 01:05:74:66:74:70:30:02:04:DE:AD:BE:EF; option opt159 00:08:00:42;
  pool { allow members of "acme-phone"; range 10.32.0.0 10.32.63.254; }
}
"""


class IscDhcpd(Server):
    name = "isc-dhcpd"

    def command(self):
        leases = self._write("dhcpd.leases", "")
        return ["dhcpd", "-4", "-f", "-q", "-cf", self._write("dhcpd.conf", _DHCPD), "-lf", leases,
                "-pf", self.directory / "dhcpd.pid", "lan0"]


_DNSMASQ = """
port=0
interface=lan0
except-interface=lo
bind-interfaces
no-ping
dhcp-authoritative
dhcp-lease-max=2000000
dhcp-leasefile={directory}/dnsmasq.leases
pid-file={directory}/dnsmasq.pid
dhcp-vendorclass=set:acme,ACME-SIP-
dhcp-ignore=tag:!acme
dhcp-range=tag:acme,10.32.0.0,10.33.255.254,255.0.0.0,1h
dhcp-option=option:router,10.20.0.1
dhcp-option-force=66,10.20.0.1
dhcp-option-force=43,01:05:74:66:74:70:30:02:04:DE:AD:BE:EF
dhcp-option-force=159,00:08:00:42
dhcp-boot=acme/fw-1.2.3.bin,,10.20.0.1
quiet-dhcp
user=root
"""


class Dnsmasq(Server):
    name = "dnsmasq"

    def command(self):
        conf = self._write("dnsmasq.conf", _DNSMASQ.format(directory=self.directory))
        return ["dnsmasq", "-k", "-C", conf]


class Portico(Server):
    """The whole gateway: control and worker in one thread, the store's beside it, on one CPU."""

    name = "Portico"
    first_step = 38

    def __init__(self, directory):
        super().__init__(directory)
        self.outside = self._namespace("outside")
        cable(self.host, "wan0", self.outside, "eth0")
        self.gateway = None

    def config(self):
        config = gateway_config(self.directory)
        config["eal"] |= {"main_core": SERVER_CPU, "memory_mib": 256}
        config["lan"] = {"port": "lan0", "address": f"{GATEWAY_LAN}/8", "relays": [RELAY]}
        config["pools"] = {
            "private": [{"name": "phones", "network": "10.0.0.0/8",
                         "first": "10.32.0.0", "last": "10.33.255.255"}],
            "public": [{"name": "direct", "addresses": "203.0.112.0/26"}]}
        config["phones"]["classes"] = [{
            "name": "acme", "vendor_class": ["ACME-SIP-*"], "ports": 16, "lease_s": 3600,
            "private_pool": "phones", "public_pool": "direct", "uses": "direct",
            "option_43": True, "firmware": put_software(self.directory, "fw-1.2.3.bin")}]
        # The others know no limit of all phones together: it is lifted. That of each is kept.
        config["dhcp"]["per_port_per_s"] = 1_000_000
        return config

    def start(self, wrapper=()):
        self.gateway = Gateway(self.host, self.config(), (*PINNED, *wrapper))
        self.gateway.start()
        self.process = self.gateway.process


SERVERS = (Portico, Kea, IscDhcpd, Dnsmasq)
