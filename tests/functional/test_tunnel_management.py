# SPDX-License-Identifier: BSD-3-Clause
"""What operators see of tunnels at both ends, and how keys change while traffic runs (D3, D4, T3,
E-11)."""

import json
import pathlib
import threading

import pytest
from scapy.layers.inet import IP
from scapy.layers.l2 import Ether

from lib import processes
from lib.clients import telemetry
from lib.config import GATEWAY_WAN
from lib.gateway import PORTICOCTL
from lib.phones import leased
from lib.tunnel_lab import CONCENTRATOR_WAN, SIP, VOIP, VOIP_NET, exchange_sip, tunnel_of
from lib.waiting import eventually



def start(lab, workers=0, **tunnel):
    """(gateway, concentrator) that run."""
    configs = lab.config(workers), lab.concentrator_config(workers)
    for config in configs:
        config["tunnel"] |= tunnel
    concentrator = lab.gateway_in(lab.conc, configs[1])
    concentrator.start()
    return lab.start(configs[0]), concentrator


def failed(end, *command):
    """What a command says that fails."""
    done = processes.run(end.namespace.name, [PORTICOCTL, "--socket",
                                              end.config["management"]["socket"], *command],
                         check=False)
    assert done.returncode == 1, done.stdout
    return done.stdout + done.stderr


class Conversation(threading.Thread):
    """A phone says something, the server answers, and so on; what gets no answer is lost."""

    def __init__(self, lab, phone):
        super().__init__()
        self.heard = 0
        self.lost = 0
        self._outside = phone.tunnel_address, phone.ports[0]
        self._far, self._near = lab.voip.udp(VOIP, SIP), phone.udp()
        self._ends = threading.Event()
        self.start()

    def run(self):
        while not self._ends.is_set():
            try:
                self._near.sendto(b"out", (VOIP, SIP))
                assert self._far.recvfrom(100) == (b"out", self._outside)
                self._far.sendto(b"back", self._outside)
                assert self._near.recvfrom(100) == (b"back", (VOIP, SIP))
                self.heard += 1
            except TimeoutError:
                self.lost += 1

    def goes_on(self, count=20):
        """Returns when so many more were answered."""
        until = self.heard + count
        eventually(lambda: self.heard >= until, lambda: f"answers: {self.heard}, lost {self.lost}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ends.set()
        self.join()
        self._far.close()
        self._near.close()


def test_d4_a_tunnel_is_shown_at_both_ends_and_no_key_is(tunnel_lab, workers):
    ends = gateway, concentrator = start(tunnel_lab, workers)
    exchange_sip(tunnel_lab, leased(tunnel_lab, 1))
    for end in ends:
        eventually(lambda end=end: tunnel_of(end)["heard_s"] is not None, "the far end heard")
        row = tunnel_of(end)
        assert (row["name"], row["state"], row["problem"]) == ("branch", "up", None)
        assert (row["gateway"], row["concentrator"]) == (GATEWAY_WAN, CONCENTRATOR_WAN)
        assert (row["encapsulation"], row["algorithm"], row["udp"]) == ("esp", "aes-gcm-128", False)
        assert row["remote"] == [VOIP_NET] and len(row["blocks"]) == 4
        assert row["takes"] == [row["sends_by"]]
        counters = row["counters"]
        assert (counters["packets_out"], counters["packets_in"]) == (1, 1)
        assert end.stats()["tunnel"] == counters
        folder = end.runtime_folder()
        assert telemetry.ask(folder, "/portico/stats,tunnel") == counters
        assert "branch" in end.ctl("show", "tunnels")
        assert "packets_in" in end.ctl("show", "tunnels", "branch")
        assert "0 differences" in end.ctl("audit")
        shown = json.dumps(row) + end.ctl("show", "tunnels", "branch")
        for keys in pathlib.Path(end.config["tunnel"]["keys"]).read_text().splitlines():
            for key in json.loads(keys)["out"] + json.loads(keys)["in"]:
                assert key[:8] not in shown
    assert [sa["spi"] for sa in tunnel_of(gateway)["sending"]] == [4096]
    assert [sa["spi"] for sa in tunnel_of(concentrator)["sending"]] == [8192]
    [sent], [taken] = tunnel_of(gateway)["sending"], tunnel_of(concentrator)["receiving"]
    assert sent["next"] == taken["top"] + 1 and sent["next"] < sent["reserved"]


def test_t3_e11_keys_change_under_traffic_and_nothing_is_lost(tunnel_lab, workers):
    gateway, concentrator = start(tunnel_lab, workers, linger_s=1)
    phone = leased(tunnel_lab, 1)
    old = tunnel_of(gateway)["sends_by"]
    internet = tunnel_lab.provider.capture("eth0", f"ip src {GATEWAY_WAN}")
    with Conversation(tunnel_lab, phone) as talk:
        talk.goes_on()
        tunnel_lab.write_new_keys(gateway, concentrator)
        for end in (concentrator, gateway):
            end.ctl("tunnels", "reload")
            assert len(tunnel_of(end)["takes"]) == 2
            talk.goes_on()
        assert tunnel_of(gateway)["sends_by"] == old
        gateway.ctl("tunnels", "switch", "branch")
        for end in (gateway, concentrator):
            eventually(lambda end=end: tunnel_of(end)["sends_by"] != old, "new keys sent by")
            eventually(lambda end=end: len(tunnel_of(end)["takes"]) == 1, "old keys let go")
        talk.goes_on()
    assert talk.lost == 0
    assert gateway.health()[0] == concentrator.health()[0] == 200
    # What was sent under the old keys is not taken any more.
    earlier = internet.wait_for(count=1)[0]
    tunnel_lab.provider.send_frame(
        Ether(src=tunnel_lab.provider.mac("eth1"), dst=tunnel_lab.conc.mac("wan0")) /
        earlier[IP], "eth1")
    eventually(lambda: concentrator.drops().get("tunnel_unknown") == 1, "the old SPI refused")


def test_a_reload_takes_all_of_the_files_or_nothing(tunnel_lab):
    gateway, concentrator = start(tunnel_lab)
    before = tunnel_of(gateway)
    records = tunnel_lab.directory / "tunnels.jsonl"
    good = records.read_text()

    def refused(end, text):
        records.write_text(text)
        return failed(end, "tunnels", "reload")

    assert f"{records}:2" in refused(gateway, good + "{}\n")
    assert "together with its keys" in refused(gateway, good.replace("8192", "8448"))
    fewer = [block | {"last": 32767} for block in json.loads(good)["blocks"]]
    assert "restart" in refused(gateway, json.dumps(json.loads(good) | {"blocks": fewer}) + "\n")
    assert "its ends" in refused(concentrator, good.replace(GATEWAY_WAN, "203.0.113.2"))
    pathlib.Path(gateway.config["tunnel"]["keys"]).chmod(0o644)
    assert "0600" in refused(gateway, good)
    assert tunnel_of(gateway)["sends_by"] == before["sends_by"]
    assert "no newer keys" in failed(gateway, "tunnels", "switch", "branch")
    exchange_sip(tunnel_lab, leased(tunnel_lab, 1))


def test_t3_other_octets_under_a_name_in_use_are_refused_at_a_reload(tunnel_lab):
    for end in start(tunnel_lab):
        file = pathlib.Path(end.config["tunnel"]["keys"])
        right = file.read_text()
        keys = json.loads(right)
        other = keys["out"][0][::-1]
        file.write_text(json.dumps(keys | {"out": [other]}) + "\n")
        said = failed(end, "tunnels", "reload")
        assert f"keys {keys['name']} are in use with other octets" in said
        assert keys["out"][0][:8] not in said and other[:8] not in said
        file.write_text(right)
        assert "as the files say" in end.ctl("tunnels", "reload")
    exchange_sip(tunnel_lab, leased(tunnel_lab, 1))


@pytest.mark.parametrize("tunnel_lab", [{"encapsulation": "ipip"}], indirect=True)
def test_d4_a_tunnel_without_protection_has_no_keys_to_show(tunnel_lab):
    for end in start(tunnel_lab):
        row = tunnel_of(end)
        assert (row["state"], row["algorithm"], row["sends_by"]) == ("up", None, None)
        assert row["sending"] == row["receiving"] == row["takes"] == []
        assert row["inner_mtu"] == 1480
