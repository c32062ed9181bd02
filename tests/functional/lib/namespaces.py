# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces and the cables between them."""

import contextlib
import ctypes
import itertools
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading

from . import processes
from .capture import Capture
from .waiting import eventually

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)
_NAME = re.compile(r"pt(\d+)-\d+-\w+")


class IpError(Exception):
    """What `ip` said."""


class Namespace:
    """A host of its own, without IPv6. Its name holds our pid, so no other run's is like it."""

    def __init__(self, name, directory):
        self.label = name
        self.name = f"pt{os.getpid()}-{next(_numbers)}-{name}"
        self.directory = directory
        self._processes = []
        _ip(["netns", "add", self.name])
        self.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        self.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        self.ip("link set lo up")

    def ip(self, *lines):
        """`ip` commands, one a line, in this namespace."""
        _ip(["-n", self.name, "-batch", "-"], "\n".join(lines))

    def run(self, *argv, **options):
        return processes.run(self.name, argv, **options)

    def start(self, *argv, log=None, **options):
        """Starts a program that keeps running until stopped or until the namespace is closed."""
        path = self.directory / f"{self.label}-{log or pathlib.Path(argv[0]).name}.log"
        process = processes.Process(self.name, argv, path, **options)
        self._processes.append(process)
        return process

    @contextlib.contextmanager
    def entered(self):
        """The calling thread's network is this namespace's: sockets made here stay here."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _setns(there)
            try:
                yield self
            finally:
                _setns(home)
        finally:
            os.close(there)
            os.close(home)

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_DGRAM, protocol=0, timeout_s=5):
        with self.entered():
            s = socket.socket(family, kind, protocol)
        s.settimeout(timeout_s)
        return s

    def udp(self, address="0.0.0.0", port=0, **options):
        """A UDP socket bound here."""
        s = self.socket(**options)
        s.bind((address, port))
        return s

    def listener(self, address, port):
        """A TCP socket that listens here."""
        s = self.socket(kind=socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, port))
        s.listen(16)
        return s

    def connect(self, address, port, source=("0.0.0.0", 0), timeout_s=5):
        """A TCP connection from here."""
        s = self.socket(kind=socket.SOCK_STREAM, timeout_s=timeout_s)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(source)
        s.connect((address, port))
        return s

    def send_frame(self, frame, interface="eth0"):
        """One Ethernet frame as it stands: bytes, or anything with a bytes() form."""
        with self.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
            s.bind((interface, 0))
            s.send(bytes(frame))

    def capture(self, interface="eth0", expression="", *options):
        """Starts a capture, with these options of tcpdump; it listens when this returns."""
        capture = Capture(self, interface, expression, *options)
        self._processes.append(capture.process)
        return capture

    def wait_for_udp(self, port):
        """Until something here holds the UDP port."""
        def held():
            with self.entered(), open("/proc/thread-self/net/udp", encoding="ascii") as table:
                return any(line.split()[1].endswith(f":{port:04X}") for line in list(table)[1:])
        eventually(held, f"UDP port {port} open on {self.label}")

    def sysctl(self, name, value):
        with self.entered():
            _sysctl_file(name).write_text(f"{value}\n")

    def mac(self, interface="eth0"):
        """The interface's MAC, as text."""
        with self.entered(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
            s.bind((interface, 0))
            return s.getsockname()[4].hex(":")

    def addresses(self, interface="eth0"):
        """The IPv4 addresses of the interface, as text."""
        lines = subprocess.run(["ip", "-n", self.name, "-o", "-4", "address", "show", "dev",
                                interface], capture_output=True, text=True, check=True).stdout
        return [line.split()[3].split("/")[0] for line in lines.splitlines()]

    def close(self):
        for process in self._processes:
            process.kill()
        _remove(self.name)


def cable(a, a_interface, b, b_interface):
    """A veth pair between two namespaces, both ends up, its checksums computed in full.

    Without that a gateway forwards the partial checksums that Linux leaves on veth, and TCP dies.
    """
    a.ip(f"link add {a_interface} type veth peer name {b_interface} netns {b.name}")
    for namespace, interface in ((a, a_interface), (b, b_interface)):
        namespace.run("ethtool", "-K", interface, "tx", "off", "tso", "off", "gso", "off")
        namespace.ip(f"link set {interface} up")


class Switch(Namespace):
    """An Ethernet switch: what is plugged in hears its neighbours."""

    def __init__(self, name, directory):
        super().__init__(name, directory)
        self._ports = itertools.count(1)
        _bridge_everything(self)
        self.ip("link add br0 type bridge mcast_snooping 0", "link set br0 up")

    def plug(self, namespace, interface="eth0"):
        """The port that it is plugged into."""
        port = f"port{next(self._ports)}"
        cable(self, port, namespace, interface)
        self.ip(f"link set {port} master br0")
        return port


def splice(namespace, tap, interface):
    """What a gateway sends by its port on net_tap leaves by the interface, and back."""
    _bridge_everything(namespace)
    # The kernel's side of the tap begins with the gateway's MAC: what is for it would stay here.
    namespace.ip("link add spliced type bridge mcast_snooping 0",
                 f"link set {tap} address 02:00:00:00:00:01",
                 *[f"link set {each} master spliced" for each in (tap, interface)],
                 "link set spliced up")


def _bridge_everything(namespace):
    """Where the bridge's netfilter hooks are loaded, they swallow malformed packets."""
    with namespace.entered():
        hooks = _sysctl_file("net.bridge.bridge-nf-call-iptables").exists()
    if hooks:
        namespace.sysctl("net.bridge.bridge-nf-call-iptables", 0)


def sweep():
    """Removes what runs that were killed left behind: namespaces whose maker is gone."""
    for path in pathlib.Path("/run/netns").glob("pt*"):
        made_by = _NAME.fullmatch(path.name)
        if made_by and not pathlib.Path("/proc", made_by[1]).exists():
            with contextlib.suppress(IpError):  # another run sweeps too
                _remove(path.name)


def _sysctl_file(name):
    return pathlib.Path("/proc/sys", name.replace(".", "/"))


def _remove(name):
    """Ends what still runs in one of our namespaces, then the namespace."""
    pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True,
                          check=False).stdout
    for pid in pids.split():
        if int(pid) != os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    _ip(["netns", "del", name])


def _ip(arguments, text=None):
    done = subprocess.run(["ip", *arguments], input=text, capture_output=True, text=True,
                          timeout=30, check=False)
    if done.returncode != 0:
        raise IpError(f"ip {' '.join(arguments)}\n{text or ''}\n{done.stderr}")


def _setns(descriptor):
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns in {threading.current_thread().name}")
