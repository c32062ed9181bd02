# SPDX-License-Identifier: BSD-3-Clause
"""What a bad configuration gets: each problem with its JSON pointer, exit 2, nothing started."""

import json
import subprocess

import pytest

from lib import gateway as programs
from lib.config import gateway_config, phone_class
from lib.gateway import check_config


def problems_of(directory, config):
    """(exit code, text) of --check."""
    path = directory / "portico.json"
    path.write_text(config if isinstance(config, str) else json.dumps(config))
    done = check_config(path)
    return done.returncode, done.stdout + done.stderr


def changed(directory, *changes):
    """The lab's configuration, with each (path, value) set; None removes the key."""
    config = gateway_config(directory)
    for path, value in changes:
        *above, last = path
        place = config
        for key in above:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return config


CLASS = ("phones", "classes", 0)
PUBLIC = ("pools", "public", 0)
PRIVATE = ("pools", "private", 0)
WRONG = {
    "a key that is not known": ((("lan", "adress"), "10.20.0.1/16"), "/lan/adress"),
    "a key that lacks": ((("lan", "address"), None), "/lan"),
    "a wrong type": ((("eal", "memory_mib"), "much"), "/eal/memory_mib"),
    "a value out of range": ((("ports", 0, "vlan"), 4095), "/ports/0/vlan"),
    "an address that is none": ((("wan", "address"), "203.0.113.256/24"), "/wan/address"),
    "a port that is not declared": ((("wan", "port"), "wan7"), "/wan/port"),
    "a range that is no power of two": (((*CLASS, "ports"), 48), "/phones/classes/0/ports"),
    "a pool that is not there": (((*CLASS, "public_pool"), "x"),
                                 "/phones/classes/0/public_pool"),
    "a pool too small for one phone": (
        ((*PUBLIC, "reserved"), [{"first": 1024, "last": 65535}]), "/"),
    "an off-link pool without a router": (
        ((*PRIVATE, "network"), "10.30.0.0/16"), "/pools/private/0"),
    "a range that must touch reserved ports": (
        (("phones", "reserved_ports"), [{"first": n, "last": n} for n in range(1024, 65536, 64)]),
        "/phones/classes/0/ports"),
    "a private pool without an address for a phone": (
        ((*PRIVATE, "last"), "10.20.0.255"), "/pools/private/0"),
    "a router that is not on the link": (
        (PRIVATE, {"name": "phones", "network": "10.30.0.0/16", "via": "10.40.0.1"}),
        "/pools/private/0/via"),
    "a class that sets option 43 twice": (
        (CLASS, phone_class("t46", "ACME", 64, option_43=True,
                            options=[{"code": 43, "hex": "01"}])), "/phones/classes/0"),
    "an option with two values": (
        ((*CLASS, "options"), [{"code": 200, "hex": "01", "text": "x"}]),
        "/phones/classes/0/options/0"),
    "a second class of the same name": (
        (("phones", "classes", 1, "name"), "t46"), "/phones/classes/1/name"),
    "firmware that is not there": (
        ((*CLASS, "firmware"), {"file": "absent.bin"}), "/phones/classes/0/firmware/file"),
    "no folder for the lease file": (
        (("leases", "file"), "/nonexistent/leases.db"), "/leases/file"),
    "a MAC list that is not there": (
        (("phones", "macs", "file"), "/nonexistent/macs"), "/phones/macs/file"),
    "an unknown role": ((("role",), "bridge"), "/role"),
    "no default for MAC addresses": ((("phones", "macs", "default"), None), "/phones/macs"),
    "no enterprise number": ((("dhcp", "enterprise"), None), "/dhcp"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_configuration_with(case, tmp_path):
    change, pointer = WRONG[case]
    code, text = problems_of(tmp_path, changed(tmp_path, change))
    assert code == 2
    assert pointer in text


@pytest.mark.parametrize("kind, pool", [
    ("public", {"name": "more", "addresses": "203.0.113.72/30"}),
    ("private", {"name": "more", "network": "10.20.64.0/18", "via": "10.20.0.2"}),
])
def test_overlapping_pools_are_refused(tmp_path, kind, pool):
    config = gateway_config(tmp_path)
    config["pools"][kind].append(pool)
    code, text = problems_of(tmp_path, config)
    assert code == 2 and f"/pools/{kind}/1" in text


def test_each_bad_line_of_a_mac_list_is_told(tmp_path):
    rules = tmp_path / "macs"
    rules.write_text("00:1b:2c:00:00:01 allow\nx allow\n00:1b:2c:00:00:02 perhaps\n")
    code, text = problems_of(tmp_path, changed(tmp_path, (("phones", "macs", "file"), str(rules))))
    assert code == 2
    assert f"{rules}:2" in text and f"{rules}:3" in text and f"{rules}:1" not in text


def test_every_problem_is_listed(tmp_path):
    config = changed(tmp_path, (("lan", "port"), "x"), (("wan", "port"), "y"))
    code, text = problems_of(tmp_path, config)
    assert code == 2 and "/lan/port" in text and "/wan/port" in text


def test_what_is_no_json_is_refused(tmp_path):
    code, text = problems_of(tmp_path, '{"role": "gateway",')
    assert code == 2 and text


def test_a_good_configuration_passes_and_comments_are_allowed(tmp_path):
    code, text = problems_of(tmp_path, "// the lab\n" + json.dumps(gateway_config(tmp_path)))
    assert code == 0, text


def test_check_prints_what_the_indexes_cost(tmp_path):
    code, text = problems_of(tmp_path, gateway_config(tmp_path, workers=2))
    assert code == 0
    [costs] = [line for line in text.splitlines() if "octets a phone" in line]
    assert "2 workers" in costs


@pytest.mark.parametrize("argument, code, text", [
    ("--version", 0, "portico "), ("--help", 0, "--check"), ("--surprise", 2, "surprise"),
    ("--check", 2, "--config"), ("--config=/nonexistent/portico.json", 2, "/nonexistent")])
def test_the_command_line_of(argument, code, text):
    done = subprocess.run([programs.PORTICO, argument], capture_output=True, text=True, timeout=20,
                          check=False)
    assert done.returncode == code
    assert text in (done.stderr if code else done.stdout)


def test_nothing_is_started_with_a_bad_configuration(lab):
    config = lab.config()
    config["surprise"] = 1
    gateway = lab.gateway(config).launch()
    assert gateway.process.wait() == 2
    assert "/surprise" in gateway.process.output()
    assert not (lab.directory / "leases.db").exists()


def test_a_port_that_cannot_be_opened_is_told_by_name(lab):
    config = lab.config()
    config["ports"][1]["device"] = "net_af_packet1,iface=absent0"
    gateway = lab.gateway(config).launch()
    assert gateway.process.wait(20) == 1
    assert "wan0" in gateway.process.output()


def test_a_second_instance_on_the_same_lease_file_is_refused_by_name(lab):
    first = lab.start()
    other = lab.namespace("other")
    other.ip("link add lan0 type veth peer name peer0", "link add wan0 type veth peer name peer1",
             "link set lan0 up", "link set wan0 up")
    second = programs.Gateway(other, lab.config() | {
        "management": {"http": "127.0.0.1:8080", "socket": str(lab.directory / "second.sock")}})
    second.file = lab.directory / "second.json"
    second.launch()
    assert second.process.wait(20) == 1
    assert "leases.db" in second.process.output()
    first.wait_healthy()


def test_an_address_of_management_that_is_taken_is_told(lab):
    with lab.gw.listener("127.0.0.1", 8080):
        gateway = lab.gateway().launch()
        assert gateway.process.wait(20) == 1
        assert "127.0.0.1:8080" in gateway.process.output()
