# SPDX-License-Identifier: BSD-3-Clause
"""D3, D4: what the operator sees, over HTTP, the command line and DPDK's telemetry."""

import json
import re
import time

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from lib import processes
from lib.clients import telemetry
from lib.config import PROVIDER, mac
from lib.gateway import PORTICO, PORTICOCTL
from lib.phones import exchange_udp, leased, static_entry
from lib.terminal import Terminal
from lib.waiting import eventually


def test_d4_health_is_200_while_all_is_well(lab):
    gateway = lab.start()
    assert gateway.health()[0] == 200


def test_d4_a_port_without_a_link_is_told_until_it_has_one(lab):
    """On net_tap: net_af_packet says that it always has."""
    config = lab.config()
    config["ports"][1]["device"] = "net_tap1,iface=tap1"
    gateway = lab.start(config)
    for state, health in (("down", (503, ["port wan0 has no link"])), ("up", (200, []))):
        lab.gw.ip(f"link set tap1 {state}")
        eventually(lambda h=health: _health_and_reasons(gateway) == h,
                   lambda: f"{state}: {_health_and_reasons(gateway)}")
        assert metrics(gateway)["portico_port_link_up", "wan0"] == (state == "up")


def _health_and_reasons(gateway):
    status, body = gateway.health()
    return status, body["reasons"]


def test_d4_bindings_are_paged_and_filtered(lab):
    config = lab.config()
    config["phones"]["static"] = [static_entry(n, 24000 + 64 * n) for n in range(1, 8)]
    gateway = lab.start(config)
    page = gateway.get("/v1/bindings?limit=3&offset=5")
    assert page["total"] == 7 and len(page["items"]) == 2
    [one] = gateway.bindings(port=24064 + 63, public="203.0.113.64")
    assert one["private"] == "10.20.0.101"
    assert [b["mac"] for b in gateway.bindings(mac=mac(3))] == [mac(3)]


def test_d4_bad_questions_are_answered_400_and_unknown_pages_404(lab):
    gateway = lab.start()
    assert gateway.request("/v1/bindings?port=70000")[0] == 400
    assert gateway.request("/v1/bindings?limit=many")[0] == 400
    assert gateway.request("/v1/nothing")[0] == 404


def test_d4_counters_count_what_passed(lab, workers):
    gateway = lab.start(lab.config(workers))
    phone = leased(lab, 1)
    exchange_udp(phone, lab.provider)
    stats = gateway.stats()
    assert stats["dhcp"]["acks"] == 1 and stats["leases"]["granted"] == 1
    assert stats["nappt"] == {"outbound": 1, "inbound": 1, "hairpinned": 0}
    assert len(stats["workers"]) == max(workers, 1) and len(stats["ports"]) == 2
    assert all(row["turns"] > 0 for row in stats["workers"])
    assert sum(row["punted"] for row in stats["workers"]) > 0
    assert {"drops", "tftp", "store", "balance"} <= stats.keys()
    [binding] = gateway.bindings()
    assert binding["usage"] == {"packets_out": 1, "octets_out": 31,
                                "packets_in": 1, "octets_in": 32}


def test_d4_frames_that_a_device_took_and_did_not_send_are_told(lab, workers):
    gateway = lab.start(lab.config(workers))
    phone = leased(lab, 1)
    exchange_udp(phone, lab.provider)
    lab.gw.ip("link set lan0 down")
    sock = lab.provider.udp()
    for _ in range(5):
        sock.sendto(b"nobody gets this", (phone.public_address, phone.ports[0]))

    def errors_out(name):
        [port] = [port for port in gateway.stats()["ports"] if port["name"] == name]
        return port["stats"]["errors_out"]
    eventually(lambda: errors_out("lan0") == 5, lambda: f"errors: {gateway.stats()['ports']}")
    assert errors_out("wan0") == 0


def told_rightly(read, gateway, group):
    """Are these a group's counters, which may count on meanwhile?"""
    before, told, after = gateway.stats()[group], read(), gateway.stats()[group]
    assert told.keys() == before.keys()
    return all(before[name] <= told[name] <= after[name] for name in told)


METRIC = re.compile(r'(portico_[a-z0-9_]+)(?:\{([a-z]+)="([^"]*)"\})? (\d+)')


def metrics(gateway):
    """What /metrics says, by name and label; each has its type."""
    status, text = gateway.request("/metrics")
    assert status == 200
    lines = text.splitlines()
    told = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    seen = [METRIC.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(seen) and {match[1] for match in seen} == told
    values = {(name, value): int(count) for name, _, value, count in (m.groups() for m in seen)}
    assert len(values) == len(seen)
    return values


def group_of(values, group):
    """The counters of one of /v1/stats's groups, by the names that they have there."""
    prefix, suffix = f"portico_{group}_", "_total"
    return {name.removeprefix(prefix).removesuffix(suffix): count
            for (name, label), count in values.items()
            if label is None and name.startswith(prefix) and name.endswith(suffix)}


def test_d4_the_same_counters_are_there_for_prometheus(lab, workers):
    gateway = lab.start(lab.config(workers))
    exchange_udp(leased(lab, 1), lab.provider)
    values = metrics(gateway)
    for group in ("nappt", "dhcp", "tftp", "leases"):
        assert told_rightly(lambda: group_of(metrics(gateway), group), gateway, group)
    assert {value for name, value in values if name == "portico_drops_total"} == set(
        gateway.stats()["drops"])
    assert values["portico_healthy", None] == 1


def test_d4_the_same_counters_are_on_the_telemetry_socket(lab, workers):
    gateway = lab.start(lab.config(workers))
    phone = leased(lab, 1)
    phone.host.send_frame(Ether(src=mac(1), dst=lab.gw.mac("lan0")) /
                          IP(src=phone.address, dst=PROVIDER) / UDP(sport=80, dport=7))
    eventually(lambda: gateway.drops().get("port_out_of_range") == 1, "a drop")
    folder = gateway.runtime_folder()
    assert {"/portico/health", "/portico/drops", "/portico/stats"} <= set(
        telemetry.ask(folder, "/"))
    assert telemetry.ask(folder, "/portico/health") == []
    assert telemetry.ask(folder, "/portico/drops") == gateway.stats()["drops"]
    for group in ("nappt", "dhcp", "tftp", "leases", "store"):
        assert told_rightly(lambda: telemetry.ask(folder, f"/portico/stats,{group}"), gateway, group)
    assert telemetry.ask(folder, "/portico/stats,nothing") is None


def test_who_held_a_port_at_a_time_is_answered_from_the_history(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    [lease] = gateway.leases()
    answer = gateway.get(f"/v1/leases/history?public={phone.public_address}"
                         f"&port={phone.ports[5]}&at={lease['granted']}")
    assert [record["lease"]["mac"] for record in answer["items"]] == [mac(1)]


def test_d3_the_command_line_answers(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    assert phone.address in gateway.ctl("show", "bindings")
    assert phone.address in gateway.ctl("show", "leases")
    assert "lan0" in gateway.ctl("show", "port", "info", "all")
    with lab.provider.udp(PROVIDER, 4000) as far:
        far.sendto(b"x", (phone.public_address, phone.ports[0] - 1))
    eventually(lambda: "port_unheld" in gateway.ctl("show", "drops"), "its drop counted")
    assert "turning" in gateway.ctl("show", "workers")
    assert "ok" in gateway.ctl("show", "health")
    assert "0 differences" in gateway.ctl("audit")
    exchange_udp(phone, lab.provider)
    assert PROVIDER in gateway.ctl("show", "neighbors")
    [neighbor] = gateway.get("/v1/neighbors")["items"]
    assert (neighbor["address"], neighbor["mac"]) == (PROVIDER, lab.provider.mac())
    assert (neighbor["state"], neighbor["router"], neighbor["waiting"]) == ("reachable", False, 0)


def test_d3_porticoctl_runs_a_file_of_commands_and_tells_what_failed(lab):
    gateway = lab.start()
    commands = lab.directory / "commands"
    commands.write_text("# morning\nshow health\n\nshow nothing\nshow workers\n")

    def ctl(*arguments, socket=gateway.config["management"]["socket"]):
        return processes.run(lab.gw.name, [PORTICOCTL, "--socket", socket, *arguments],
                             check=False)

    done = ctl("--file", commands)
    assert done.returncode == 1 and done.stderr
    assert "ok" in done.stdout and "turning" in done.stdout
    assert ctl("show", "health").returncode == 0
    nobody = ctl("show", "health", socket=lab.directory / "absent.sock")
    assert nobody.returncode == 2 and "absent.sock" in nobody.stderr


def test_d3_porticoctl_converses_on_a_terminal(lab):
    gateway = lab.start()
    with Terminal(lab.gw, PORTICOCTL, "--socket", gateway.config["management"]["socket"]) as tty:
        tty.read_until("portico> ")
        tty.type("show health")
        assert "ok" in tty.read_until("portico> ")
        tty.type("quit")
        assert tty.wait() == 0
    assert gateway.running()


def test_d3_interactive_is_the_command_line_on_the_terminal(lab):
    file = lab.directory / "portico.json"
    file.write_text(json.dumps(lab.config()))
    with Terminal(lab.gw, PORTICO, "--config", file, "--interactive") as tty:
        tty.read_until("portico> ")
        tty.type("show port info all")
        shown = tty.read_until("portico> ")
        assert "lan0" in shown and "wan0" in shown
        tty.type("show nothing")
        tty.read_until("portico> ")
        tty.type("quit")
        assert tty.wait() == 0


def test_a_port_is_nobodys_before_its_lease_and_after_it(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    [lease] = gateway.leases()

    def held(port, at):
        return gateway.get(f"/v1/leases/history?public={phone.public_address}"
                           f"&port={port}&at={at}")["items"]

    assert held(phone.ports[-1], lease["granted"])
    assert held(phone.ports[0], "2001-01-01T00:00:00Z") == []
    assert held(phone.ports[0] - 1, lease["granted"]) == []
    # Moments are whole seconds: an end in the same one would leave nothing between.
    eventually(lambda: time.strftime("%FT%TZ", time.gmtime()) > lease["granted"], "the next second")
    gateway.ctl("revoke", mac(1))
    eventually(lambda: any(r["event"] == "revoked" for r in held(phone.ports[0], lease["granted"])),
               "its end in the history")


def test_a_revoked_lease_is_gone(lab):
    gateway = lab.start()
    leased(lab, 1)
    gateway.ctl("revoke", mac(1))  # answered before the workers have let go of it
    eventually(lambda: gateway.bindings() == gateway.leases() == [], "its end")
