# SPDX-License-Identifier: BSD-3-Clause
"""The gateway's configuration in the lab: one dictionary, which a test changes before it starts."""

import os

ENTERPRISE = 32473  # RFC 5612: for examples

GATEWAY_LAN = "10.20.0.1"
GATEWAY_WAN = "203.0.113.1"
PROVIDER = "203.0.113.10"
PROVIDER_SECOND = "203.0.113.11"
PUBLIC_POOL = "203.0.113.64/28"

ACME = "ACME-SIP-T46"
ACME_DESK = "ACME-DESK-9"
OUI = "00:1b:2c"


def mac(number):
    """A phone's MAC below the OUI that the lab admits."""
    return f"{OUI}:00:{number >> 8:02x}:{number & 255:02x}"


def phone_class(name, vendor_class, ports, **more):
    return {"name": name, "vendor_class": [vendor_class], "ports": ports,
            "private_pool": "phones", "public_pool": "direct", "uses": "direct", **more}


def gateway_config(directory, workers=0):
    """A gateway with two classes of phones, on the interfaces lan0 and wan0 of its namespace."""
    firmware = directory / "firmware"
    firmware.mkdir(exist_ok=True)
    return {
        "role": "gateway",
        "eal": {
            # Without hugepages, so that any number of gateways run side by side on any machine.
            "hugepages": "no",
            "memory_mib": 128,
            "main_core": _cpu(0),
            "worker_cores": [_cpu(1 + n) for n in range(workers)],
        },
        "ports": [
            {"name": "lan0", "device": "net_af_packet0,iface=lan0", "packets": 4096},
            {"name": "wan0", "device": "net_af_packet1,iface=wan0", "packets": 4096},
        ],
        "lan": {"port": "lan0", "address": f"{GATEWAY_LAN}/16"},
        "wan": {"port": "wan0", "address": f"{GATEWAY_WAN}/24"},
        "pools": {
            "private": [{"name": "phones", "network": "10.20.0.0/16",
                         "first": "10.20.1.0", "last": "10.20.63.255"}],
            "public": [{"name": "direct", "addresses": PUBLIC_POOL}],
        },
        "phones": {
            "macs": {"default": "deny", "rules": [{"match": OUI, "verdict": "allow"}]},
            "classes": [phone_class("t46", ACME, 64), phone_class("desk", ACME_DESK, 16)],
        },
        "dhcp": {"enterprise": ENTERPRISE},
        "tftp": {"root": str(firmware)},
        "leases": {"file": str(directory / "leases.db")},
        "management": {"http": "127.0.0.1:8080", "socket": str(directory / "portico.sock")},
    }


def _cpu(number):
    """Spreads the cores of gateways that run side by side over the machine's CPUs."""
    cpus = sorted(os.sched_getaffinity(0))
    return cpus[(os.getpid() + number) % len(cpus)]
