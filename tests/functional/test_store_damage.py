# SPDX-License-Identifier: BSD-3-Clause
"""P7: a lease file that is damaged while the gateway runs is written anew, and nothing is lost. One
found damaged at start gives away nothing that a live phone may hold."""

import contextlib
import os
import random
import sqlite3

import pytest

from lib.clients.dhcp import Udhcpc
from lib.config import mac
from lib.load import DhcpLoad
from lib.phones import leased
from lib.waiting import eventually

PAGE = 4096
LOG_HEADER, FRAME = 32, 24 + PAGE  # sqlite.org/fileformat2.html, section 4.1


def _loaded(lab, leases=500):
    """A gateway with so many leases, and the load that asked for them."""
    gateway = lab.start(DhcpLoad.config(lab))
    load = DhcpLoad(lab)
    load.start(rate=500)
    eventually(lambda: gateway.stats()["leases"]["granted"] >= leases, "enough leases", 30)
    return gateway, load


def _scribble(file, offset, size):
    with open(file, "r+b") as ruined:
        ruined.seek(offset)
        ruined.write(random.Random(1).randbytes(size))


def _page(tree, kind):
    """Ruins a page in the middle of a table or an index."""
    def ruin(file):
        with contextlib.closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as store:
            pages = [number for number, in store.execute(
                "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ?", (tree, kind))]
        _scribble(file, (pages[len(pages) // 2] - 1) * PAGE, PAGE)
    return ruin


def _log_of(file):
    return file.with_name(file.name + "-wal")


def _live_frames(log):
    """How many frames count. Behind them lie those of before the log was last begun anew: their salt
    is not the header's."""
    content = log.read_bytes()
    salt = content[16:24]
    frames = 0
    while content[LOG_HEADER + frames * FRAME + 8:][:len(salt)] == salt:
        frames += 1
    return frames


def _middle_of_log(file):
    frames = _live_frames(_log_of(file))
    assert frames > 2
    return LOG_HEADER + frames // 2 * FRAME


def _middle_frame(file):
    _scribble(_log_of(file), _middle_of_log(file), FRAME)


def _log_header(file):
    _scribble(_log_of(file), 0, LOG_HEADER)


def _half_of_log(file):
    os.truncate(_log_of(file), _middle_of_log(file))


@contextlib.contextmanager
def _commits_stay_in_log(file):
    """From here on no checkpoint gets to the end of the log: a reader still sees the store of now."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM meta").fetchone()
        yield


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


@pytest.mark.parametrize("damage, salvaged", [
    (_overwrite_header, 0), (_page("leases", "internal"), 0), (_page("leases", "leaf"), 250),
    (_page("meta", "leaf"), 500), (_empty, 0),
], ids=["header", "interior", "leaf", "meta", "empty"])
def test_p7_what_reads_of_a_file_damaged_at_start_is_salvaged(lab, damage, salvaged):
    gateway, load = _loaded(lab)
    gateway.stop()
    load.stop()
    damage(lab.directory / "leases.db")
    gateway = lab.gateway(gateway.config).launch()
    assert gateway.wait_recovering() <= 3721
    _assert_told_of(lab, gateway)
    assert len(load.assert_known_are_right(gateway)) >= salvaged
    stranger = Udhcpc(lab.phone(1, mac(1)))
    assert stranger.once(tries=1) is None
    gateway.ctl("leases", "accept-loss")
    gateway.wait_healthy()
    assert stranger.once()


@pytest.mark.parametrize("damage", [
    _page("history", "internal"), _page("history", "leaf"), _page("history_direct", "leaf"),
    _page("sqlite_autoindex_history_1", "leaf"),
], ids=["history-interior", "history", "index", "index-of-changes"])
def test_p7_damage_of_the_history_at_start_loses_no_lease(lab, damage):
    gateway, load = _loaded(lab)
    gateway.stop()
    load.stop()
    damage(lab.directory / "leases.db")
    gateway = lab.start(gateway.config)
    assert gateway.recovery_left_s() is None
    load.start(rate=500)  # may meet it: then there is a new file, by what control knows
    load.wait_for_answers(500)
    load.stop()
    gateway.wait_healthy()
    assert len(load.assert_nothing_lost(gateway)) > 500


@pytest.mark.parametrize("damage", [_middle_frame, _log_header, _half_of_log])
def test_p7_synced_leases_gone_from_the_log_after_kill_9_are_noticed(lab, damage):
    gateway, load = _loaded(lab)
    file = lab.directory / "leases.db"
    with _commits_stay_in_log(file):
        load.wait_for_answers(100)
        gateway.process.kill()
        load.stop()
        damage(file)
    gateway = lab.gateway(gateway.config).launch()
    gateway.wait_recovering()
    _assert_told_of(lab, gateway)
    assert Udhcpc(lab.phone(1, mac(1))).once(tries=1) is None


@pytest.mark.parametrize("damage", [_middle_frame, _log_header, _half_of_log])
def test_p7_a_log_damaged_under_load_loses_nothing_while_control_runs(lab, damage):
    gateway, load = _loaded(lab)
    file = lab.directory / "leases.db"
    with _commits_stay_in_log(file):
        load.wait_for_answers(100)
        damage(file)
    load.wait_for_answers(500)
    load.stop()
    log = _log_of(file)
    eventually(lambda: log.stat().st_size == 0, "the log of an idle gateway to be cut", 20)
    gateway.wait_healthy()
    gateway.assert_audit_clean()
    gateway.process.kill()
    gateway = lab.start(gateway.config)
    assert len(load.assert_nothing_lost(gateway)) > 500


def test_p7_an_idle_gateway_needs_no_log(lab):
    gateway = lab.start()
    leased(lab, 1)
    log = _log_of(lab.directory / "leases.db")
    eventually(lambda: log.stat().st_size == 0, "the log to be cut")
    gateway.process.kill()
    log.unlink()
    assert [lease["mac"] for lease in lab.start().leases()] == [mac(1)]


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
    assert len(list(lab.directory.glob("leases.db.damaged-?"))) == 1

    assert "served" in gateway.ctl("leases", "accept-loss")
    gateway.wait_healthy()
    assert gateway.recovery_left_s() is None
    assert stranger.once() and lost.client.once()
    assert len(gateway.bindings()) == 3
