# SPDX-License-Identifier: BSD-3-Clause
"""Real DHCP clients, a relay and a load generator."""

import re
import signal

from ..config import ACME
from ..lease import Lease
from ..waiting import eventually
from .hook import Hook

ASKED_FOR = (43, 66, 67, 125, 150, 159)


class Udhcpc:
    """busybox's client: the best black box, since every option arrives raw in hex."""

    BOUND = ("bound", "renew")
    # What it decodes itself comes under a name; the rest as optN in hex.
    NAMED = {"tftp": 66, "bootfile": 67, "vendorinfo": 43, "vendor": 60, "ntpsrv": 42,
             "tzstr": 100, "sipsrv": 120}

    def __init__(self, host, vendor_class=ACME, ask=ASKED_FOR, arguments=()):
        self.host = host
        self.hook = Hook(host.directory, f"{host.label}-udhcpc", bound=self.BOUND,
                         lost=("deconfig",), address="ip", mask="subnet", router="router")
        self._argv = ["udhcpc", "-f", "-i", "eth0", "-s", self.hook.path]
        self._argv += ["-V", vendor_class] if vendor_class is not None else []
        for code in ask:
            self._argv += ["-O", str(code)]
        self._argv += list(arguments)
        self.process = None

    def once(self, tries=3, timeout_s=1):
        """A lease, or None: one run of the client that ends with its answer, the lease kept."""
        before = len(self.hook.events())
        done = self.host.run(*self._argv, "-q", "-n", "-t", tries, "-T", timeout_s, check=False)
        assert done.returncode in (0, 1), done.stderr
        return self._lease_after(before) if done.returncode == 0 else None

    def start(self, *more):
        """Leaves the client running, as on a phone: it renews by itself; stop() releases."""
        before = self._times_bound()
        self.launch(*more)
        return self.wait_bound(before + 1)

    def launch(self, *more):
        """start() without waiting for the lease."""
        self.process = self.host.start(*self._argv, "-R", "-t", 3, "-T", 1, *more)

    def wait_bound(self, times):
        """The lease, once the hook was told of one so many times in all."""
        def bound():
            assert self.process.running(), f"udhcpc ended:\n{self.process.output()}"
            return self._times_bound() >= times
        eventually(bound, lambda: f"udhcpc bound {times} times:\n{self.process.output()}")
        return self.lease()

    def renew(self):
        """Asks for a renewal by unicast and returns the lease that it got."""
        before = self._times_bound()
        self.process.signal(signal.SIGUSR1)
        return self.wait_bound(before + 1)

    def _times_bound(self):
        return len(self.hook.events(*self.BOUND))

    def stop(self):
        """Ends the client: it releases its lease."""
        self.process.stop()

    def lease(self):
        return self._lease_after(0)

    def _lease_after(self, skipped):
        bound = [e for e in self.hook.events()[skipped:] if e["event"] in self.BOUND]
        return self._lease(bound[-1]["env"]) if bound else None

    def _lease(self, env):
        options = {int(name[3:]): bytes.fromhex(value) for name, value in env.items()
                   if re.fullmatch(r"opt\d+", name)}
        for name, code in self.NAMED.items():
            if name in env:
                options[code] = env[name].encode()
        return Lease(env["ip"], int(env["lease"]), env["serverid"], env.get("siaddr"),
                     env.get("boot_file"), options)


_DHCLIENT_CONF = """
option opt43-raw code 43 = string;
option opt125-raw code 125 = string;
option opt150-raw code 150 = array of ip-address;
option opt159-raw code 159 = {{ unsigned integer 8, unsigned integer 8, unsigned integer 16 }};
timeout 8; retry 2; initial-interval 1; backoff-cutoff 2; select-timeout 0;
interface "eth0" {{
  send vendor-class-identifier "{vendor_class}";
  send dhcp-client-identifier {client_id};
  also request opt43-raw, tftp-server-name, bootfile-name, opt125-raw, opt150-raw, opt159-raw;
}}
"""


class Dhclient:
    """ISC's client."""

    BOUND = ("BOUND", "RENEW", "REBIND", "REBOOT")

    def __init__(self, host, vendor_class=ACME):
        self.host = host
        self.hook = Hook(host.directory, f"{host.label}-dhclient", bound=self.BOUND,
                         lost=("RELEASE", "EXPIRE"), address="new_ip_address",
                         mask="new_subnet_mask", router="new_routers")
        self._leases = host.directory / f"{host.label}-dhclient.leases"
        self._leases.touch()  # it must exist
        self._conf = host.directory / f"{host.label}-dhclient.conf"
        self._conf.write_text(_DHCLIENT_CONF.format(vendor_class=vendor_class,
                                                    client_id="01:" + host.mac()))
        self.process = None

    def start(self):
        self.process = self.host.start(*self._argv("-1", "-d"), log="dhclient")
        eventually(lambda: self.hook.events(*self.BOUND),
                   lambda: f"dhclient bound:\n{self.process.output()}")
        return self.lease()

    def release(self):
        self.process.kill()
        self.host.run(*self._argv("-r", "-1", "-d"))

    def lease(self):
        env = self.hook.events(*self.BOUND)[-1]["env"]
        options = {125: _colon_hex(env["new_opt125_raw"])} if "new_opt125_raw" in env else {}
        if "new_opt159_raw" in env:
            offset, length, psid = map(int, env["new_opt159_raw"].split())
            options[159] = bytes([offset, length]) + psid.to_bytes(2, "big")
        return Lease(env["new_ip_address"], int(env["new_dhcp_lease_time"]),
                     env["new_dhcp_server_identifier"], env.get("new_next_server"),
                     env.get("new_filename"), options)

    def _argv(self, *more):
        return ["dhclient", "-4", *more, "-cf", self._conf, "-lf", self._leases, "-pf",
                self.host.directory / f"{self.host.label}-dhclient.pid", "-sf", self.hook.path,
                "eth0"]


_DHCPCD_CONF = """
define 43  binhex  vendor_raw
define 125 binhex  vivso_raw
define 150 array ipaddress tftp_servers
define 159 binhex  portparams_raw
clientid 01:{mac}
vendorclassid {vendor_class}
option vendor_raw, tftp_server_name, bootfile_name, vivso_raw, tftp_servers, portparams_raw
option routers, subnet_mask
noarp
noipv4ll
timeout 8
reboot 0
nodelay
"""


class Dhcpcd:
    """Roy Marples' client; it configures the interface itself."""

    BOUND = ("BOUND", "RENEW", "REBIND", "REBOOT")

    def __init__(self, host, vendor_class=ACME):
        self.host = host
        self.hook = Hook(host.directory, f"{host.label}-dhcpcd", bound=(), lost=(), address="",
                         mask="", router="")
        self._conf = host.directory / f"{host.label}-dhcpcd.conf"
        self._conf.write_text(_DHCPCD_CONF.format(mac=host.mac(), vendor_class=vendor_class))
        self.process = None

    def start(self):
        self.process = self.host.start("dhcpcd", "-4", "-1", "-B", "-d", "-f", self._conf, "-c",
                                       self.hook.path, "eth0")
        eventually(lambda: self.hook.events(*self.BOUND),
                   lambda: f"dhcpcd bound:\n{self.process.output()}", 15)
        env = self.hook.events(*self.BOUND)[-1]["env"]
        options = {code: bytes.fromhex(env[f"new_{name}"]) for code, name in
                   ((43, "vendor_raw"), (125, "vivso_raw"), (159, "portparams_raw"))
                   if f"new_{name}" in env}
        return Lease(env["new_ip_address"], int(env["new_dhcp_lease_time"]),
                     env["new_dhcp_server_identifier"], options=options)


def relay(host, downlink, uplink, server):
    """Starts dhcrelay: giaddr and option 82 (RFC 3046) are its work."""
    process = host.start("dhcrelay", "-4", "-d", "-a", "-m", "append", "-id", downlink, "-iu",
                         uplink, server)
    process.wait_for_output("Socket/fallback")
    return process


def perfdhcp(host, server, source, phones, rate, seconds, vendor_class=ACME, first_mac=0x100000,
             arguments=(), wrapper=()):
    """Starts perfdhcp, which speaks as a relay at `source`, with `phones` MACs."""
    mac = f"00:1b:2c:{first_mac >> 16 & 255:02x}:{first_mac >> 8 & 255:02x}:{first_mac & 255:02x}"
    return host.start(*wrapper, "perfdhcp", "-4", "-l", source, "-b", f"mac={mac}", "-R", phones,
                      "-r", rate, "-p", seconds, "-W", 1000000, "-o",
                      f"60,{vendor_class.encode().hex()}", *arguments, server)


class PerfdhcpExchange:
    """A section of perfdhcp's report: DISCOVER-OFFER or REQUEST-ACK."""

    def __init__(self, section):
        def said(what):
            return float(re.search(rf"^{what}: ([0-9.]+)", section, re.MULTILINE)[1])
        self.sent = said("sent packets")
        self.received = said("received packets")
        self.unanswered = self.sent - self.received
        self.longest_s = said("max delay") / 1000


def perfdhcp_report(process):
    """What a perfdhcp that has ended says of OFFERs and ACKs; now and then it says nothing."""
    return [PerfdhcpExchange(section)
            for section in process.output().split("Statistics for: ")[1:]]


def _colon_hex(text):
    """dhclient prints a string option as text if all of it is printable, else as hex octets."""
    if re.fullmatch(r"[0-9a-f]{1,2}(:[0-9a-f]{1,2})*", text):
        return bytes(int(octet, 16) for octet in text.split(":"))
    return text.encode()
