# SPDX-License-Identifier: BSD-3-Clause
"""P1-P3: who gets a lease. The MAC is checked first, then the identifier; each refusal is counted."""

import time

from lib.clients.dhcp import Udhcpc
from lib.config import ACME, ACME_DESK, OUI, mac
from lib.load import DhcpLoad
from lib.phones import leased
from lib.waiting import eventually
from lib.wire import DhcpWire

STRANGER = "00:50:56:00:00:01"
LISTED = 1_000_000  # as many as a list may have


def refused(lab, number, address, vendor_class):
    """A client that must get no offer; no frame of the gateway's may say otherwise."""
    host = lab.phone(number, address)
    answers = host.capture(expression="udp src port 67")
    assert Udhcpc(host, vendor_class).once(tries=1) is None
    assert answers.stop() == []


def refusals(gateway):
    """DISCOVERs by the reason of their refusal."""
    dhcp = gateway.stats()["dhcp"]
    return {reason: dhcp[reason] for reason in
            ("mac_not_valid", "no_vendor_class", "class_not_valid") if dhcp[reason]}


def test_p1_without_an_identifier_it_is_no_phone(lab):
    gateway = lab.start()
    refused(lab, 1, mac(1), "")
    assert refusals(gateway).keys() == {"no_vendor_class"}


def test_p2_a_mac_that_is_not_valid_gets_no_offer(lab):
    gateway = lab.start()
    refused(lab, 1, STRANGER, ACME)
    assert refusals(gateway).keys() == {"mac_not_valid"}


def test_p3_an_identifier_that_is_not_valid_gets_no_offer(lab):
    gateway = lab.start()
    refused(lab, 1, mac(1), "NOBODY-1")
    assert refusals(gateway).keys() == {"class_not_valid"}


def test_p2_p3_a_bad_mac_with_a_bad_class_counts_the_macs_reason_only(lab):
    gateway = lab.start()
    refused(lab, 1, STRANGER, "NOBODY-1")
    assert refusals(gateway).keys() == {"mac_not_valid"}


def test_p2_deny_is_stronger_than_allow_and_the_address_than_its_oui(lab):
    config = lab.config()
    config["phones"]["macs"]["rules"] += [{"match": mac(1), "verdict": "deny"},
                                          {"match": mac(2), "verdict": "deny"},
                                          {"match": mac(2), "verdict": "allow"}]
    lab.start(config)
    refused(lab, 1, mac(1), ACME)
    refused(lab, 2, mac(2), ACME)
    leased(lab, 3)


def test_p2_the_list_is_read_again_without_a_restart(lab):
    rules = lab.directory / "macs"
    rules.write_text(f"# the phones that we know\n{mac(2)} allow\n")
    config = lab.config()
    config["phones"]["macs"] = {"default": "deny", "file": str(rules)}
    gateway = lab.start(config)
    host = lab.phone(1, mac(1))
    client = Udhcpc(host)
    assert client.once(tries=1) is None
    rules.write_text(f"{mac(1)} allow\n")
    assert eventually(lambda: client.once(tries=1), "a lease after the list was changed")
    assert gateway.running()


def test_p2_a_list_of_a_million_is_read_again_while_dhcp_goes_on(lab):
    rules = lab.directory / "macs"
    rules.write_text(f"{OUI} allow\n")
    config = DhcpLoad.config(lab)
    config["tftp"]["rescan_s"] = looks_s = 1
    config["phones"]["macs"] = {"default": "deny", "file": str(rules), "on_deny": "at_once"}
    lab.start(config)
    load = DhcpLoad(lab)
    load.start(rate=100, seconds=60)
    longer = rules.with_suffix(".longer")
    with open(longer, "w", encoding="ascii") as lines:
        lines.write(f"{OUI} allow\n{STRANGER} allow\n")
        lines.writelines(f"00:1d:00:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x} allow\n"
                         for n in range(LISTED - 2))
    newcomer = DhcpWire(lab.phone(1, STRANGER))
    replaced = time.monotonic()
    longer.rename(rules)
    eventually(lambda: newcomer.ask(newcomer.message("discover"), timeout_s=0.1),
               "the new list in force", 60)
    taken_s = time.monotonic() - replaced
    offers, acks = load.finish()
    print(f"{LISTED} addresses in force after {taken_s:.1f} s; longest OFFER "
          f"{offers.longest_s * 1000:.0f} ms, ACK {acks.longest_s * 1000:.0f} ms")
    # Two looks find it changed and at rest, then it is read. An OFFER waits for control alone.
    assert offers.longest_s < max(0.5, (taken_s - 2 * looks_s) / 2)
    assert offers.received > 100 and offers.unanswered < 100 and acks.unanswered < 100


def test_p2_a_list_with_an_error_is_not_taken_until_it_is_mended(lab):
    rules = lab.directory / "macs"
    rules.write_text(f"{mac(1)} allow\n")
    config = lab.config()
    config["phones"]["macs"] = {"default": "deny", "file": str(rules)}
    gateway = lab.start(config)
    rules.write_text(f"{mac(2)} allow\n{mac(3)} perhaps\n")

    def warning():
        return [w for w in gateway.health()[1]["warnings"] if f"{rules}:2" in w]

    eventually(warning, "the line in /v1/health")
    assert gateway.health()[0] == 200
    leased(lab, 1)
    refused(lab, 2, mac(2), ACME)
    rules.write_text(f"{mac(2)} allow\n")
    eventually(lambda: not warning(), "no more warning")
    assert gateway.leases()  # on_deny: at renewal


def test_p2_a_new_list_ends_leases_at_once_where_that_is_asked_for(lab):
    rules = lab.directory / "macs"
    rules.write_text(f"{mac(1)} allow\n{mac(2)} allow\n")
    config = lab.config()
    config["phones"]["macs"] = {"default": "deny", "file": str(rules), "on_deny": "at_once"}
    gateway = lab.start(config)
    leased(lab, 1)
    leased(lab, 2)
    rules.write_text(f"{mac(2)} allow\n")
    eventually(lambda: [b["mac"] for b in gateway.bindings()] == [mac(2)], "its binding's end")
    assert gateway.stats()["leases"]["revoked"] == 1
    gateway.stop()
    rules.write_text("# nobody\n")
    gateway.start()
    eventually(lambda: gateway.leases() == [], "the end of a lease whose phone was denied meanwhile")
    assert gateway.bindings() == []


def test_p4_p6_two_classes_get_different_leases(lab):
    gateway = lab.start()
    phone, desk = leased(lab, 1, ACME), leased(lab, 2, ACME_DESK)
    assert (len(phone.ports), len(desk.ports)) == (64, 16)
    assert phone.ports[0] % 64 == 0 and desk.ports[0] % 16 == 0
    by_mac = {lease["mac"]: lease["class"] for lease in gateway.leases()}
    assert by_mac == {mac(1): "t46", mac(2): "desk"}


def test_p4_when_no_range_is_left_there_is_no_offer(lab):
    config = lab.config()
    config["pools"]["public"] = [{"name": "direct", "addresses": "203.0.113.64/32",
                                  "reserved": [{"first": 1024, "last": 65471}]}]
    gateway = lab.start(config)
    leased(lab, 1)
    refused(lab, 2, mac(2), ACME)
    assert gateway.stats()["dhcp"]["pool_exhausted"] > 0


def test_p5_no_range_holds_a_reserved_port(lab):
    config = lab.config()
    config["phones"]["reserved_ports"] = [{"first": 1024, "last": 24063},
                                          {"first": 24128, "last": 65535}]
    lab.start(config)
    assert leased(lab, 1).ports == range(24064, 24128)
