# SPDX-License-Identifier: BSD-3-Clause
"""P7: a store that cannot write acknowledges nothing, says so, and recovers by itself. One that lost
leases gives away nothing that a live phone may hold."""

import os
import random
import shutil
import subprocess

import pytest

from lib.clients.dhcp import Udhcpc
from lib.config import mac
from lib.lease import acknowledged
from lib.load import DhcpLoad
from lib.phones import assert_holds, leased
from lib.waiting import eventually

# Somebody else's transaction on the lease file.
LOCKER = """
import signal, sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
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
    """Takes what is left of the disk; returns the file that holds it."""
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
    gateway.wait_healthy()
    eventually(lambda: second.once(tries=1), "a lease once there is room", 20)


def test_a_locked_file_stops_acknowledgements_until_it_is_free(lab):
    gateway = lab.start()
    leased(lab, 1)
    locker = lab.gw.start("/usr/bin/python3", "-c", LOCKER, lab.directory / "leases.db")
    locker.wait_for_output("locked")
    second = Udhcpc(lab.phone(2, mac(2)))
    assert second.once(tries=1) is None
    _unhealthy(gateway)
    locker.kill()
    gateway.wait_healthy()
    eventually(lambda: second.once(tries=1), "a lease once it can write", 20)


def _assert_it_only_reads(lab, gateway, phone, second):
    """The second phone gets no lease, health and a counter say why; the first one's calls go on."""
    heard = second.host.capture(expression="udp src port 67")
    assert second.once(tries=1) is None
    why = " ".join(_unhealthy(gateway)["reasons"])
    assert "the lease store does not write" in why and gateway.config["leases"]["file"] in why
    assert gateway.stats()["store"]["failures"] > 0
    assert acknowledged(heard) == {}
    assert_holds(phone, gateway, lab.provider)


def test_a_file_that_may_not_be_written_stops_acknowledgements_until_it_may(ext4, lab):
    gateway = lab.start(_on(ext4.folder, lab))
    phone, second = leased(lab, 1), Udhcpc(lab.phone(2, mac(2)))
    ext4.protect(True)
    _assert_it_only_reads(lab, gateway, phone, second)
    ext4.protect(False)
    gateway.wait_healthy()
    eventually(lambda: second.once(tries=1), "a lease once it can write", 20)
    assert not gateway.health()[1]["warnings"]


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


def _replace(file):
    """What an editor, a restored backup or a repair does."""
    other = file.with_name("other")
    other.write_bytes(bytes(range(256)) * 64)
    other.rename(file)


@pytest.mark.parametrize("damage", [_replace, lambda file: file.unlink()],
                         ids=["replaced", "deleted"])
def test_a_file_lost_while_running_is_written_anew_and_nothing_is_lost(lab, damage):
    gateway = lab.start()
    first = leased(lab, 1)
    damage(lab.directory / "leases.db")
    second = Udhcpc(lab.phone(2, mac(2)))
    eventually(lambda: second.once(tries=1), "a lease from the new file", 20)
    gateway.wait_healthy()
    assert [w for w in gateway.health()[1]["warnings"] if "damaged" in w]
    assert gateway.stats()["store"]["rewrites"] == 1
    [lease] = [lease for lease in gateway.leases() if lease["mac"] == mac(1)]
    held = gateway.get(f"/v1/leases/history?public={first.public_address}"
                       f"&port={first.ports[0]}&at={lease['granted']}")["items"]
    assert [record["event"] for record in held] == ["granted"]
    gateway.assert_audit_clean()
    gateway.process.kill()
    gateway = lab.start()
    assert {lease["mac"] for lease in gateway.leases()} == {mac(1), mac(2)}
    assert gateway.bindings(mac=mac(1))[0]["private"] == first.address


def _overwrite_header(file):
    with open(file, "r+b") as leases:
        leases.write(bytes(100))


def _overwrite_pages(file):
    """All but the first, which hold the leases."""
    with open(file, "r+b") as leases:
        leases.seek(4096)
        leases.write(random.Random(1).randbytes(file.stat().st_size - 4096))


def _empty(file):
    os.truncate(file, 0)


# Not the header: while the file grows the next checkpoint writes it anew.
@pytest.mark.parametrize("damage", [_overwrite_pages, _empty])
def test_a_file_damaged_in_place_under_load_is_written_anew_and_nothing_is_lost(lab, damage):
    config = DhcpLoad.config(lab)
    gateway = lab.start(config)
    load = DhcpLoad(lab)
    load.start(rate=500)
    load.wait_for_answers(1000)
    file = lab.directory / "leases.db"
    eventually(lambda: file.stat().st_size > 20 * 4096, "leases moved out of the log")
    damage(file)
    eventually(lambda: gateway.stats()["store"]["rewrites"], "a new file")
    load.wait_for_answers(1000)
    load.stop()
    gateway.wait_healthy()
    _assert_told_of(lab, gateway)
    assert gateway.stats()["store"]["rewrites"] == 1
    gateway.assert_audit_clean()
    gateway.process.kill()
    gateway = lab.start(config)
    assert not gateway.health()[1]["warnings"]
    assert len(load.assert_nothing_lost(gateway)) > 500


@pytest.mark.parametrize("damage", [_overwrite_header, _overwrite_pages, _empty])
def test_a_file_damaged_in_place_is_written_anew_though_nothing_is_granted(lab, damage):
    gateway = lab.start()
    leased(lab, 1)
    file = lab.directory / "leases.db"
    eventually(lambda: gateway.stats()["store"]["checkpoints"], "the lease moved out of the log")
    before = gateway.leases()
    damage(file)
    eventually(lambda: gateway.stats()["store"]["rewrites"], "a new file")
    gateway.wait_healthy()
    _assert_told_of(lab, gateway)
    gateway.process.kill()
    assert lab.start().leases() == before


def _assert_told_of(lab, gateway):
    """The damaged file is kept, under a name that health and log tell."""
    [warning] = [w for w in gateway.health()[1]["warnings"] if "damaged" in w]
    aside = lab.directory / "leases.db.damaged-1"
    assert aside.exists() and warning.endswith(str(aside))
    assert str(aside) in gateway.process.output()


def test_a_file_found_damaged_at_start_is_told_of_and_kept(lab):
    gateway = lab.start()
    leased(lab, 1)
    gateway.stop()
    file = lab.directory / "leases.db"
    with open(file, "r+b") as leases:
        leases.write(b"\xa5" * 512)
    gateway = lab.gateway().launch()
    gateway.wait_recovering()
    _assert_told_of(lab, gateway)


def _damage_records_of(number, file):
    """Every record that holds this phone's MAC address."""
    octets = bytes.fromhex(mac(number).replace(":", ""))
    before = file.read_bytes()
    assert octets in before
    file.write_bytes(before.replace(octets, bytes(6)))


def test_n2_after_a_loss_unknown_phones_wait_until_it_is_accepted(lab):
    gateway = lab.start()
    known = leased(lab, 1)
    lost = leased(lab, 2)
    gateway.stop()
    _damage_records_of(2, lab.directory / "leases.db")
    gateway = lab.gateway().launch()
    assert gateway.wait_recovering() <= 3721  # the longest lease of the configuration and its quarantine
    assert "accept-loss" in gateway.health()[1]["reasons"][0]
    assert "accept-loss" in gateway.process.output()
    assert [lease["mac"] for lease in gateway.leases()] == [mac(1)]
    stranger = Udhcpc(lab.phone(3, mac(3)))
    assert stranger.once(tries=1) is None
    assert lost.client.once(tries=1) is None
    assert gateway.stats()["dhcp"]["withheld"] >= 2
    again = known.client.once()
    assert (again.address, again.portico.ports) == (known.address, known.ports)

    eventually(lambda: gateway.recovery_left_s() < 3716, "some of the time to pass")
    before = gateway.recovery_left_s()
    gateway.process.kill()
    gateway = lab.gateway().launch()
    assert gateway.wait_recovering() <= before, "the time goes on over a restart"
    assert stranger.once(tries=1) is None
    assert len(list(lab.directory.glob("leases.db.damaged-*"))) == 1

    assert "served" in gateway.ctl("leases", "accept-loss")
    gateway.wait_healthy()
    assert gateway.recovery_left_s() is None
    assert stranger.once() and lost.client.once()
    assert len(gateway.bindings()) == 3


def test_stored_leases_that_are_no_longer_allowed_are_counted_at_start(lab):
    config = lab.config()
    gateway = lab.start(config)
    leased(lab, 1)
    gateway.stop()
    config["phones"]["classes"][0]["ports"] = 32
    gateway = lab.start(config)
    assert "1 stored leases are no longer allowed" in gateway.process.output()
    assert gateway.bindings() == []
