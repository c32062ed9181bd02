# SPDX-License-Identifier: BSD-3-Clause
"""P9, X-1 to X-11: the software server inside the gateway, and one outside, with real clients."""

import hashlib
import os
import random

import pytest
from scapy.layers.inet import IP

from lib.clients import tftp
from lib.config import GATEWAY_LAN, PROVIDER
from lib.lab import give_address
from lib.phones import assert_seen_as, leased
from lib.waiting import eventually

CLIENTS = [tftp.tftp_hpa, tftp.curl, tftp.busybox, tftp.atftp]
IMAGE = random.Random(1).randbytes(200_000)


@pytest.fixture
def root(lab):
    """The firmware folder, with two images: one ends in a full block of every client's size."""
    folder = lab.directory / "firmware"
    folder.mkdir()
    (folder / "acme.bin").write_bytes(IMAGE)
    (folder / "even.bin").write_bytes(IMAGE[:512 * 1428])
    return folder


def test_p9_each_client_fetches_what_the_server_has(lab, root):
    gateway = lab.start()
    phone = leased(lab, 1)
    outside = lab.provider.capture(expression="udp")
    for fetch in CLIENTS:
        for name in ("acme.bin", "even.bin"):
            assert fetch(phone.host, GATEWAY_LAN, name) == (root / name).read_bytes(), fetch
    served = {"started": 2 * len(CLIENTS), "completed": 2 * len(CLIENTS)}
    # A client has ended when it sent its last acknowledgement, which may be on its way.
    eventually(lambda: served.items() <= gateway.stats()["tftp"].items(),
               lambda: f"{served}: {gateway.stats()['tftp']}")
    assert outside.stop() == []


def test_x7_windowsize_is_granted_up_to_the_configured(lab, root):
    config = lab.config()
    config["tftp"]["max_windowsize"] = 8
    lab.start(config)
    phone = leased(lab, 1)
    for windowsize in (1, 4, 64):
        assert tftp.atftp(phone.host, GATEWAY_LAN, "acme.bin", windowsize) == IMAGE


def test_x10_netascii_ends_its_lines_as_rfc_764_says(lab, root):
    (root / "settings.txt").write_bytes(b"one\ntwo\n")
    lab.start()
    phone = leased(lab, 1)
    assert tftp.tftp_hpa(phone.host, GATEWAY_LAN, "settings.txt", "netascii") == b"one\ntwo\n"


def test_x10_nothing_outside_the_root_is_served(lab, root):
    (lab.directory / "secret").write_text("no")
    (root / "link").symlink_to(lab.directory / "secret")
    gateway = lab.start()
    phone = leased(lab, 1)
    for name in ("../secret", f"/{lab.directory}/secret", "link", "absent.bin"):
        assert tftp.busybox(phone.host, GATEWAY_LAN, name) is None
    assert gateway.stats()["tftp"]["started"] == 0


def test_an_address_without_a_lease_gets_nothing(lab, root):
    gateway = lab.start()
    host = lab.phone(1, "00:1b:2c:00:00:01")
    give_address(host, "10.20.0.77", 16, GATEWAY_LAN)
    assert tftp.busybox(host, GATEWAY_LAN, "acme.bin") is None
    assert gateway.stats()["tftp"]["refused_no_lease"] > 0


def test_p6_p9_a_class_has_its_firmware_and_the_lease_its_digest(lab, root):
    config = lab.config()
    config["phones"]["classes"][0]["firmware"] = {"file": "acme.bin", "version": "1.2.3"}
    lab.start(config)
    phone = leased(lab, 1)
    lease = phone.lease
    assert lease.siaddr == GATEWAY_LAN
    assert lease.options[66] == GATEWAY_LAN.encode()
    assert (lease.boot_file or lease.options[67].decode()) == "acme.bin"
    assert lease.portico.sha256 == hashlib.sha256(IMAGE).hexdigest()
    assert lease.portico.version == "1.2.3"


def test_a_template_is_filled_from_the_requesters_own_lease(lab, root):
    config = lab.config()
    config["phones"]["classes"][0]["templates"] = [
        {"name": "{mac}.cfg", "text": "ip={public_address} rtp={rtp_first}-{rtp_last} "
                                      "sip={sip_port} first={first_port} last={last_port}\n"}]
    lab.start(config)
    one, two = leased(lab, 1), leased(lab, 2)
    name = one.host.mac().replace(":", "") + ".cfg"
    text = tftp.curl(one.host, GATEWAY_LAN, name).decode()
    assert text.startswith(f"ip={one.public_address} ")
    assert f"first={one.ports[0]} last={one.ports[-1]}" in text
    assert tftp.curl(two.host, GATEWAY_LAN, name) is None


def test_a_changed_file_is_picked_up_between_transfers(lab, root):
    config = lab.config()
    config["tftp"]["rescan_s"] = 1
    lab.start(config)
    phone = leased(lab, 1)
    assert tftp.curl(phone.host, GATEWAY_LAN, "acme.bin") == IMAGE
    renewed = root / "renewed"
    renewed.write_bytes(b"new software")
    os.replace(renewed, root / "acme.bin")
    eventually(lambda: tftp.curl(phone.host, GATEWAY_LAN, "acme.bin") == b"new software",
               "the new file")


def test_p9_a_server_outside_is_reached_through_nappt(lab):
    outside = lab.directory / "outside"
    outside.mkdir()
    (outside / "acme.bin").write_bytes(IMAGE)
    for folder in (outside, *outside.parents):
        folder.chmod(folder.stat().st_mode | 0o055)  # the server runs as nobody
    config = lab.config()
    config["phones"]["classes"][0]["firmware"] = {
        "file": "acme.bin", "server": PROVIDER, "sha256": hashlib.sha256(IMAGE).hexdigest()}
    gateway = lab.start(config)
    tftp.serve(lab.provider, PROVIDER, outside)
    phone = leased(lab, 1)
    assert phone.lease.siaddr == PROVIDER
    seen = lab.provider.capture(expression="udp")
    for fetch in CLIENTS:
        assert fetch(phone.host, PROVIDER, "acme.bin") == IMAGE, fetch
    assert_seen_as(phone, seen)
    answers = seen.packets(lambda p: p[IP].src == PROVIDER)
    assert answers and all(p.sport != 69 and p.dport in phone.ports for p in answers)
    assert gateway.stats()["tftp"]["started"] == 0
