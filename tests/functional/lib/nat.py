# SPDX-License-Identifier: BSD-3-Clause
"""A NAT between the gateway and the Internet, which gives it another address and port when told.

    gw wan0 -- eth0 nat eth1 -- eth0 provider -- conc
          203.0.113.10   203.0.113.10 > 192.0.2.1
"""

from .config import GATEWAY_WAN, PROVIDER
from .namespaces import cable

NAT_OUTSIDE = "198.51.100.130"
_INTERNET = "198.51.100.129"


class Nat:
    """Put in place before the gateway starts. Who is behind it hears what it asked for only."""

    def __init__(self, lab):
        self.namespace = lab.namespace("nat")
        lab.provider.ip("link del eth0")
        cable(lab.gw, "wan0", self.namespace, "eth0")
        cable(self.namespace, "eth1", lab.provider, "eth0")
        lab.provider.ip(f"addr add {_INTERNET}/25 dev eth0")
        self.namespace.ip(f"addr add {PROVIDER}/24 dev eth0",
                          f"addr add {NAT_OUTSIDE}/25 dev eth1",
                          f"route add default via {_INTERNET}")
        self.namespace.sysctl("net.ipv4.ip_forward", 1)
        self._file = lab.directory / "nat.nft"

    def map_to(self, first_port, last_port):
        """All that is mapped from now on gets one of these ports; what was mapped is forgotten."""
        self._file.write_text(f"""
flush ruleset
table ip nat {{
  chain outbound {{
    type nat hook postrouting priority srcnat;
    ip saddr {GATEWAY_WAN} udp sport 4500 oifname "eth1" masquerade to :{first_port}-{last_port}
  }}
}}
""")
        self.namespace.run("nft", "-f", self._file)
        self.namespace.run("conntrack", "-F")
