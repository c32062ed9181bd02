# SPDX-License-Identifier: BSD-3-Clause
"""The lab: a gateway between a LAN of phones and a provider, each in a namespace.

    phone1 eth0 --+                                    203.0.113.10, .11
    phone2 eth0 --+-- lan (switch) -- lan0 gw wan0 -- eth0 provider
    phone3 eth0 --+        10.20.0.1/16    203.0.113.1/24

The provider has no route back to the phones' addresses: a packet that was not translated gets no
answer. The gateway's interfaces have no address of the kernel's: all they say is Portico's.
"""

import ipaddress

from .config import (GATEWAY_WAN, PROVIDER, PROVIDER_SECOND, gateway_config)
from .gateway import Gateway
from .namespaces import Namespace, Switch, cable


class Lab:
    """Built when made; close() ends all that was started in it."""

    def __init__(self, directory):
        self.directory = directory
        self.namespaces = []
        self.gateways = []
        try:
            self.gw = self.namespace("gw")
            self.lan = self._keep(Switch("lan", directory))
            self.provider = self.namespace("provider")
            self.lan_port = self.lan.plug(self.gw, "lan0")
            cable(self.gw, "wan0", self.provider, "eth0")
            self.provider.ip(f"addr add {PROVIDER}/24 dev eth0",
                             f"addr add {PROVIDER_SECOND}/24 dev eth0",
                             f"route add 198.51.100.0/24 via {GATEWAY_WAN}")
        except BaseException:
            self.close()
            raise

    def namespace(self, name):
        return self._keep(Namespace(name, self.directory))

    def phone(self, number, mac=None, address=None):
        """A host on the LAN with a MAC of its own; with `address` also an address and a route."""
        host = self.namespace(f"phone{number}")
        self.lan.plug(host)
        if mac:
            host.ip(f"link set eth0 address {mac}")
        if address:
            give_address(host, address, 16, "10.20.0.1")
        return host

    def config(self, workers=0):
        return gateway_config(self.directory, workers)

    def start(self, config=None):
        """Starts a gateway with `config`; waits until it is healthy."""
        gateway = self.gateway(config)
        gateway.start()
        return gateway

    def gateway(self, config=None):
        """A gateway that is not started yet."""
        return self.gateway_in(self.gw, config or self.config())

    def gateway_in(self, namespace, config):
        """The same in another namespace than the gateway's."""
        gateway = Gateway(namespace, config)
        self.gateways.append(gateway)
        return gateway

    def assert_sound(self):
        """Each gateway that runs accounts for its packets and leases, and stops in good order."""
        for gateway in self.gateways:
            if gateway.running():
                gateway.assert_sound()
                gateway.stop()

    def close(self):
        for namespace in reversed(self.namespaces):
            namespace.close()
        self.namespaces.clear()

    def _keep(self, namespace):
        self.namespaces.append(namespace)
        return namespace


def give_address(host, address, prefix_length, router, interface="eth0"):
    """Configures a host as a lease says."""
    host.ip(f"addr replace {address}/{prefix_length} dev {interface}",
            f"route replace default via {router} dev {interface}")


def use_ports(host, first, last):
    """Keeps whatever runs on the host inside its range: the kernel's choice of source ports."""
    host.sysctl("net.ipv4.ip_local_port_range", f"{first} {last}")


def in_pool(address, pool):
    return ipaddress.ip_address(address) in ipaddress.ip_network(pool)
