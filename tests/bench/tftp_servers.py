# SPDX-License-Identifier: BSD-3-Clause
"""The TFTP servers that are measured: one at a time, each on 10.20.0.1 of the same cable.

    phones eth0 ------ lan0 gw wan0 ------ (nothing)
    10.20.x.x          10.20.0.1

Servers run on one CPU, all their threads, and clients on another. So does what the kernel does for
each with what it receives, as on two machines: a veth alone would leave it to the sender's CPU.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "functional"))

from lib import namespaces  # noqa: E402
from lib.clients.dhcp import Udhcpc  # noqa: E402
from lib.config import GATEWAY_LAN, gateway_config, mac  # noqa: E402
from lib.gateway import Gateway  # noqa: E402
from lib.lab import give_address  # noqa: E402
from lib.namespaces import Namespace, cable  # noqa: E402

CLIENT_CPU, SERVER_CPU = 0, 1
ON_SERVER_CPU = ("taskset", "-c", SERVER_CPU)
HUGEPAGES_MIB = 128


class Bench:
    """The cable, the files served, and where everything runs. close() ends it all."""

    def __init__(self):
        assert {CLIENT_CPU, SERVER_CPU} <= os.sched_getaffinity(0), "two CPUs are needed"
        namespaces.sweep()
        self._folder = tempfile.TemporaryDirectory(prefix="portico-bench-", dir=_memory_folder())
        self.directory = pathlib.Path(self._folder.name)
        self.directory.chmod(0o755)  # the peers serve as nobody
        self._made = contextlib.ExitStack()
        self.gw, self.phones, wan = map(self._namespace, ("gw", "phones", "wan"))
        cable(self.gw, "lan0", self.phones, "eth0")
        cable(self.gw, "wan0", wan, "eth0")
        self.phones.ip(f"link set eth0 address {mac(1)}")
        _receive_on(SERVER_CPU, self.gw, "lan0")
        _receive_on(CLIENT_CPU, self.phones, "eth0")
        self.root = self.directory / "firmware"
        self.root.mkdir()
        os.sched_setaffinity(0, {CLIENT_CPU})  # ours, and so our clients'

    def _namespace(self, name):
        made = Namespace(name, self.directory)
        self._made.callback(made.close)
        return made

    def file(self, name, size):
        """A file to be fetched, as it lies on this machine."""
        file = self.root / name
        file.write_bytes(os.urandom(size))
        return file

    def gateway_config(self):
        """Portico with one lcore."""
        config = gateway_config(self.directory)
        config["eal"] |= {"main_core": SERVER_CPU, "memory_mib": HUGEPAGES_MIB,
                          "hugepages": "auto" if _hugepages() else "no"}
        config["tftp"]["transfers_per_phone"] = 64
        return config

    def close(self):
        self._made.close()
        self._folder.cleanup()


class Portico:
    NAME = "portico"

    def __init__(self, bench, config):
        self._bench = bench
        self._config = config

    @contextlib.contextmanager
    def running(self):
        gateway = Gateway(self._bench.gw, self._config, ON_SERVER_CPU)
        gateway.start()
        yield gateway
        gateway.assert_sound()
        gateway.stop()

    def lease(self):
        """The phones' interface is a phone with a lease, which outlives the gateway's runs. Returns
        its address."""
        with self.running():
            lease = Udhcpc(self._bench.phones).once()
            assert lease is not None, "no lease"
        give_address(self._bench.phones, lease.address, 16, GATEWAY_LAN)
        return lease.address


class Peer:
    """A server on the kernel's own address."""

    def __init__(self, bench, name, *command):
        self._bench = bench
        self.NAME = name
        self._command = command

    @contextlib.contextmanager
    def running(self):
        gw = self._bench.gw
        gw.ip(f"addr add {GATEWAY_LAN}/16 dev lan0")
        server = gw.start(*ON_SERVER_CPU, *self._command, log=self.NAME)
        gw.wait_for_udp(69)
        yield server
        server.kill()
        gw.ip("addr flush dev lan0")


def peers(bench):
    """tftpd-hpa, atftpd and dnsmasq, as they come with Debian."""
    root = bench.root
    return [
        Peer(bench, "tftpd-hpa", "in.tftpd", "-L", "-4", "-a", f"{GATEWAY_LAN}:69", "-u", "nobody",
             "-s", root),
        Peer(bench, "atftpd", _atftpd(bench.directory), "--daemon", "--no-fork", "--user", "nobody",
             "--group", "nogroup", "--bind-address", GATEWAY_LAN, "--port", 69, "--maxthread", 200,
             root),
        Peer(bench, "dnsmasq", "dnsmasq", "-k", "--conf-file=/dev/null", "--port=0",
             "--enable-tftp", f"--tftp-root={root}", "--tftp-max=200", "--user=nobody",
             "--pid-file="),
    ]


def _atftpd(directory):
    """Out of its package, which cannot be installed beside tftpd-hpa."""
    folder = directory / "atftpd"
    folder.mkdir()
    subprocess.run(["apt-get", "-qq", "download", "atftpd"], cwd=folder, check=True,
                   capture_output=True)
    [package] = folder.glob("*.deb")
    subprocess.run(["dpkg", "-x", package, folder], check=True)
    return folder / "usr" / "sbin" / "atftpd"


def _receive_on(cpu, namespace, interface):
    """Receive packet steering (the kernel's Documentation/networking/scaling.rst)."""
    namespace.run("sh", "-c", f"echo {1 << cpu:x} >/sys/class/net/{interface}/queues/rx-0/rps_cpus")


def _hugepages():
    """Whether there are hugepages for Portico; asks the kernel for them."""
    return subprocess.run([TOP / "scripts" / "host-setup", "--reserve", str(HUGEPAGES_MIB)],
                          capture_output=True, check=False).returncode == 0


def _memory_folder():
    return "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
