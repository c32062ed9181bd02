# SPDX-License-Identifier: BSD-3-Clause
"""P7: a store that cannot write acknowledges nothing, says so, and recovers by itself."""

import shutil
import subprocess

import pytest

from lib.clients.dhcp import Udhcpc
from lib.config import mac
from lib.lease import acknowledged
from lib.phones import assert_holds, exchange_udp, leased
from lib.tunnel_lab import tunnel_of
from lib.waiting import eventually

# Somebody else's transaction on the lease file.
LOCKER = """
import signal, sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute(sys.argv[2])
print("locked", flush=True)
signal.pause()
"""


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own for the lease file."""
    folder = tmp_path / "disk"
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder)
    yield folder
    _run("umount", "-l", folder)


class Ext4:
    """A file system of its own for the lease file: what makes it read-only under a program that
    has files open. A plain remount does not, the kernel refuses it."""

    def __init__(self, folder):
        self.folder = folder
        self._image = folder.with_suffix(".image")
        folder.mkdir()
        with open(self._image, "wb") as image:
            image.truncate(16 << 20)
        _run("mkfs.ext4", "-q", self._image)
        self.mount()

    def mount(self):
        _run("mount", "-o", "loop", self._image, self.folder)

    def unmount(self, *how):
        _run("umount", *how, self.folder)

    def protect(self, is_protected):
        """No file of leases may be changed, not even by who has it open."""
        for name in ("leases.db", "leases.db-wal"):
            _run("chattr", "+i" if is_protected else "-i", self.folder / name)

    def abort(self):
        """What ext4 does after an error, where it is mounted with errors=remount-ro."""
        _run("mount", "-o", "remount,abort", self.folder)

    def repair(self):
        """The operator's part after that. On a copy: what runs in other namespaces, tcpdump for
        one, still has the old one mounted."""
        self.unmount("-l")
        self._image = shutil.copy(self._image, self._image.with_suffix(".repaired"))
        done = subprocess.run(["e2fsck", "-fy", self._image], capture_output=True, text=True,
                              check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: it had to be corrected
        self.mount()


@pytest.fixture
def ext4(tmp_path):
    try:
        made = Ext4(tmp_path / "ext4")
    except subprocess.CalledProcessError as refused:
        pytest.skip(f"no ext4 on a loop device here: {refused.stderr}")
    yield made
    made.unmount("-l")


def _run(*argv):
    subprocess.run(argv, check=True, capture_output=True, text=True)


def _on(folder, lab):
    """The configuration with the lease file there."""
    config = lab.config()
    config["leases"]["file"] = str(folder / "leases.db")
    return config


def _unhealthy(gateway):
    """What health says, once it is 503."""
    def said():
        status, health = gateway.health()
        return health if status == 503 else None
    return eventually(said, "health 503", 15)


def _fill(disk):
    """Takes what is left of the disk; returns the file that holds it. The log is cut before: that
    makes room."""
    log = disk / "leases.db-wal"
    eventually(lambda: log.stat().st_size == 0, "the log of an idle gateway to be cut", 20)
    return _take_the_rest(disk)


def _take_the_rest(disk):
    ballast = disk / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    return ballast


def test_a_full_disk_stops_acknowledgements_until_there_is_room(disk, lab):
    gateway = lab.start(_on(disk, lab))
    leased(lab, 1)
    ballast = _fill(disk)
    second = Udhcpc(lab.phone(2, mac(2)))
    eventually(lambda: second.once(tries=1) is None, "no lease on a full disk")
    assert _unhealthy(gateway)["reasons"]
    assert [lease["mac"] for lease in gateway.leases()] == [mac(1)]
    ballast.unlink()
    _assert_it_writes_again(gateway, second)


def _locked(lab, how):
    locker = lab.gw.start("/usr/bin/python3", "-c", LOCKER, lab.directory / "leases.db", how)
    locker.wait_for_output("locked")
    return locker


@pytest.mark.parametrize("how", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_locked_file_stops_acknowledgements_until_it_is_free(lab, how):
    gateway = lab.start()
    leased(lab, 1)
    locker = _locked(lab, how)
    second = Udhcpc(lab.phone(2, mac(2)))
    assert second.once(tries=1) is None
    _unhealthy(gateway)
    locker.kill()
    _assert_it_writes_again(gateway, second)


def _assert_it_only_reads(lab, gateway, phone, second):
    """The second phone gets no lease, health and a counter say why; the first one's calls go on."""
    heard = second.host.capture(expression="udp src port 67")
    assert second.once(tries=1) is None
    why = " ".join(_unhealthy(gateway)["reasons"])
    assert "the lease store does not write" in why and gateway.config["leases"]["file"] in why
    assert gateway.stats()["store"]["failures"] > 0
    assert acknowledged(heard) == {}
    assert_holds(phone, gateway, lab.provider)


def _assert_it_writes_again(gateway, second):
    gateway.wait_healthy()
    eventually(lambda: second.once(tries=1), "a lease once it can write", 20)
    assert not gateway.health()[1]["warnings"]


def test_a_file_that_may_not_be_written_stops_acknowledgements_until_it_may(ext4, lab):
    gateway = lab.start(_on(ext4.folder, lab))
    phone, second = leased(lab, 1), Udhcpc(lab.phone(2, mac(2)))
    ext4.protect(True)
    _assert_it_only_reads(lab, gateway, phone, second)
    ext4.protect(False)
    _assert_it_writes_again(gateway, second)


def test_a_file_system_turned_read_only_stops_acknowledgements_until_it_is_repaired(ext4, lab):
    config = _on(ext4.folder, lab)
    gateway = lab.start(config)
    phone, second = leased(lab, 1), Udhcpc(lab.phone(2, mac(2)))
    ext4.abort()
    _assert_it_only_reads(lab, gateway, phone, second)
    gateway.stop()  # no such mount is writable again while somebody has files open on it
    ext4.repair()
    gateway = lab.start(config)
    assert_holds(phone, gateway, lab.provider)
    assert second.once()
    assert not gateway.health()[1]["warnings"]


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_p7_with_a_disk_that_is_full_at_start_it_only_reads_until_there_is_room(disk, lab, how):
    config = _on(disk, lab)
    gateway = lab.start(config)
    phone, second = leased(lab, 1), Udhcpc(lab.phone(2, mac(2)))
    if how == "killed":
        ballast = _fill(disk)
        gateway.process.kill()
    else:
        gateway.stop()
        ballast = _take_the_rest(disk)
    gateway = lab.start(config)
    _assert_it_only_reads(lab, gateway, phone, second)
    ballast.unlink()
    _assert_it_writes_again(gateway, second)


def test_p7_with_a_file_that_may_not_be_written_at_start_it_only_reads_until_it_may(ext4, lab):
    config = _on(ext4.folder, lab)
    gateway = lab.start(config)
    phone, second = leased(lab, 1), Udhcpc(lab.phone(2, mac(2)))
    gateway.process.kill()
    ext4.protect(True)
    gateway = lab.start(config)
    _assert_it_only_reads(lab, gateway, phone, second)
    assert (ext4.folder / "leases.db-mark").exists(), "this is no first start"
    ext4.protect(False)
    _assert_it_writes_again(gateway, second)


def test_p7_with_a_file_that_is_locked_at_start_it_only_reads_until_it_is_free(lab):
    gateway = lab.start()
    phone, second = leased(lab, 1), Udhcpc(lab.phone(2, mac(2)))
    gateway.process.kill()
    locker = _locked(lab, "BEGIN EXCLUSIVE")
    gateway = lab.start()
    _assert_it_only_reads(lab, gateway, phone, second)
    locker.kill()
    _assert_it_writes_again(gateway, second)


def test_p7_a_second_gateway_on_the_same_file_does_not_start(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    refused = lab.gateway().launch().process
    assert refused.wait() == 1
    assert "leases.db: another instance holds this file" in refused.output()
    assert_holds(phone, gateway, lab.provider)


def test_stored_leases_that_are_no_longer_allowed_are_counted_at_start(lab):
    config = lab.config()
    gateway = lab.start(config)
    leased(lab, 1)
    gateway.stop()
    config["phones"]["classes"][0]["ports"] = 32
    gateway = lab.start(config)
    assert "1 stored leases are no longer allowed" in gateway.process.output()
    assert gateway.bindings() == []


def test_e4_with_no_room_for_numbers_at_start_tunnels_wait_and_other_phones_are_served(
        disk, tunnel_lab):
    config = tunnel_lab.config(uses="signalling")
    config["tunnel"]["store"] = str(disk / "tunnels.db")
    gateway = tunnel_lab.start(config)
    gateway.stop()
    ballast = _take_the_rest(disk)
    gateway.launch().wait_for_health((503,))
    reasons = _unhealthy(gateway)["reasons"]
    assert any("the store of SAs does not write" in text for text in reasons), reasons
    assert tunnel_of(gateway)["state"] == "waits_for_reservation"
    phone = leased(tunnel_lab, 1)
    exchange_udp(phone, tunnel_lab.provider)
    ballast.unlink()
    gateway.wait_healthy()
    assert tunnel_of(gateway)["state"] == "up"
