# SPDX-License-Identifier: BSD-3-Clause
"""P1-P9 with portico-phone: from DISCOVER to its software, and what it does when things change."""

import hashlib
import json

import pytest

from lib.clients import tftp
from lib.clients.telephone import Telephone
from lib.config import ACME, ACME_DESK, GATEWAY_LAN, PROVIDER, mac
from lib.phones import assert_holds, assert_seen_as
from lib.waiting import eventually

# Software that tells what it was started with, and stays.
SOFTWARE = """#!/usr/bin/python3
# version {version}
import json, os, signal
with open({told!r} + ".new", "w") as told:
    json.dump({{"version": {version!r},
               **{{k: v for k, v in os.environ.items() if k.startswith("PORTICO_")}}}}, told)
os.rename({told!r} + ".new", {told!r})
signal.pause()
"""


class Firmware:
    """The software of a class, as the gateway serves it."""

    def __init__(self, lab):
        self.config = lab.config()
        self._told = lab.directory / "told"
        self._file = lab.directory / "firmware" / "phone.bin"
        self.config["phones"]["classes"][0]["firmware"] = {"file": "phone.bin", "version": "1"}
        self.config["tftp"]["rescan_s"] = 1
        self.write("1")

    def write(self, version):
        text = SOFTWARE.format(told=str(self._told), version=version)
        new = self._file.with_suffix(".new")
        new.write_text(text)
        new.replace(self._file)
        return hashlib.sha256(text.encode()).hexdigest()

    def told(self, version):
        """What that version of the software was started with."""
        def said():
            told = json.loads(self._told.read_text()) if self._told.exists() else {}
            return told if told.get("version") == version else None
        return eventually(said, f"version {version} runs")


@pytest.fixture
def firmware(lab):
    return Firmware(lab)


def test_p1_to_p9_from_discover_to_its_software(lab, firmware):
    gateway = lab.start(firmware.config)
    telephone = Telephone(lab.phone(1, mac(1))).start()
    lease = telephone.wait_for("lease")
    fetched = telephone.wait_for("verified")
    told = firmware.told("1")
    [stored] = gateway.leases(mac=mac(1))
    ports = stored["ports"]
    assert stored["private"] == told["PORTICO_PRIVATE_ADDRESS"]
    assert stored["public"] == told["PORTICO_PUBLIC_ADDRESS"]
    assert told["PORTICO_PORTS"] == f"{ports['first']}-{ports['last']}"
    assert_holds(telephone.phone(), gateway, lab.provider)
    assert fetched["sha256"] == lease["firmware_sha256"]
    assert (telephone.state / "lease.json").exists()
    assert telephone.stop() == 0
    eventually(lambda: not gateway.bindings(), "its release")


def test_p8_restarted_it_asks_for_its_lease_and_fetches_nothing(lab, firmware):
    gateway = lab.start(firmware.config)
    host = lab.phone(1, mac(1))
    first = Telephone(host, arguments=["--keep-lease"]).start()
    before = first.phone()
    first.wait_for("running")
    first.stop()
    outside = lab.provider.capture(expression="udp")
    again = Telephone(host, state=first.state, arguments=["--keep-lease"]).start()
    again.wait_for("running")
    assert again.events("reboot") and not again.events("discover")
    assert again.events("have") and not again.events("fetch")
    assert_holds(again.phone(), gateway, lab.provider)
    assert_seen_as(before, outside)
    assert gateway.stats()["tftp"]["started"] == 1
    again.stop()


def test_p9_software_of_a_wrong_digest_is_never_run(lab, firmware):
    root = lab.directory / "firmware"
    firmware.config["phones"]["classes"][0]["firmware"] = {
        "file": "phone.bin", "server": PROVIDER, "sha256": "00" * 32}
    for folder in (root, *root.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    gateway = lab.start(firmware.config)
    tftp.serve(lab.provider, PROVIDER, root)
    fetching = lab.provider.capture(expression="udp")
    telephone = Telephone(lab.phone(1, mac(1))).start()
    telephone.wait_for("wrong_digest")
    assert not telephone.events("running")
    assert_seen_as(telephone.phone(), fetching)
    assert_holds(telephone.phone(), gateway, lab.provider)
    assert gateway.stats()["tftp"]["started"] == 0
    telephone.stop()


def test_p9_renewed_software_is_fetched_and_run_instead(lab, firmware):
    gateway = lab.start(firmware.config)
    telephone = Telephone(lab.phone(1, mac(1))).start()
    firmware.told("1")
    digest = firmware.write("2")

    def renewed():
        telephone.process.signal(10)  # SIGUSR1: renew now
        return [e for e in telephone.events("verified") if e["sha256"] == digest]
    eventually(renewed, "the new software", 15, interval_s=0.5)
    firmware.told("2")
    assert gateway.stats()["tftp"]["completed"] == 2
    assert_holds(telephone.phone(), gateway, lab.provider)
    telephone.stop()


def test_p9_what_cannot_be_fetched_leaves_the_phone_with_what_it_had(lab, firmware):
    gateway = lab.start(firmware.config)
    host = lab.phone(1, mac(1))
    first = Telephone(host).start()
    running = first.wait_for("running")
    first.stop()
    (first.state / "lease.json").unlink(missing_ok=True)
    gateway.stop()
    firmware.config["phones"]["classes"][0]["firmware"] = {
        "file": "absent.bin", "server": GATEWAY_LAN, "sha256": "11" * 32}
    gateway = lab.start(firmware.config)
    again = Telephone(host, state=first.state).start()
    again.wait_for("fetch_failed")
    assert again.wait_for("running")["sha256"] == running["sha256"]
    assert_holds(again.phone(), gateway, lab.provider)
    again.stop()


def test_p4_two_classes_of_phones_side_by_side(lab, firmware):
    gateway = lab.start(firmware.config)
    one = Telephone(lab.phone(1, mac(1)), ACME).start()
    two = Telephone(lab.phone(2, mac(2)), ACME_DESK, arguments=["--no-software"]).start()
    phones = one.phone(), two.phone()
    assert [len(phone.ports) for phone in phones] == [64, 16]
    for phone in phones:
        assert_holds(phone, gateway, lab.provider)
    one.stop()
    two.stop()
