# SPDX-License-Identifier: BSD-3-Clause
"""P7: a store that cannot write acknowledges nothing, says so, and recovers by itself."""

import os
import random
import subprocess

import pytest

from lib.clients.dhcp import Udhcpc
from lib.config import mac
from lib.load import DhcpLoad
from lib.phones import leased
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
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


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
    config = lab.config()
    config["leases"]["file"] = str(disk / "leases.db")
    gateway = lab.start(config)
    leased(lab, 1)
    ballast = _fill(disk)
    second = Udhcpc(lab.phone(2, mac(2)))
    eventually(lambda: second.once(tries=1) is None, "no lease on a full disk")
    status, why = eventually(lambda: gateway.health() if gateway.health()[0] == 503 else None,
                             "health 503")
    assert status == 503 and why["reasons"]
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
    eventually(lambda: gateway.health()[0] == 503, "health 503", 15)
    locker.kill()
    gateway.wait_healthy()
    eventually(lambda: second.once(tries=1), "a lease once it can write", 20)


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
    store = gateway.stats()["store"]
    assert store["damage_found"] > 0 and store["rewrites"] == 1
    gateway.assert_audit_clean()
    gateway.process.kill()
    gateway = lab.start(config)
    assert not gateway.health()[1]["warnings"]
    assert len(load.assert_nothing_lost(gateway)) > 1000


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
    _assert_told_of(lab, lab.start())


def test_stored_leases_that_are_no_longer_allowed_are_counted_at_start(lab):
    config = lab.config()
    gateway = lab.start(config)
    leased(lab, 1)
    gateway.stop()
    config["phones"]["classes"][0]["ports"] = 32
    gateway = lab.start(config)
    assert "1 stored leases are no longer allowed" in gateway.process.output()
    assert gateway.bindings() == []
