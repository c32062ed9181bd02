# SPDX-License-Identifier: BSD-3-Clause
"""Linux's own NAT in the gateway's place, to set beside it."""

from .config import GATEWAY_LAN, GATEWAY_WAN


def rules(address):
    """nftables' rules by which all that leaves by wan0 comes from that address. A source keeps its
    port only while the tuple is free."""
    return f"""
table ip nat {{
  chain outbound {{
    type nat hook postrouting priority srcnat;
    oifname "wan0" snat to {address}
  }}
}}
"""


def take_over(lab):
    """The gateway has stopped: from here on the kernel forwards between the same two interfaces. It
    knows of no connection yet."""
    file = lab.directory / "snat.nft"
    file.write_text(rules(GATEWAY_WAN))
    lab.gw.ip(f"addr add {GATEWAY_LAN}/16 dev lan0", f"addr add {GATEWAY_WAN}/24 dev wan0")
    lab.gw.run("nft", "-f", file)
    lab.gw.run("conntrack", "-F")
    lab.gw.sysctl("net.ipv4.ip_forward", 1)
