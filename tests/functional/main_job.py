#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/lab: the main job, step by step, in a lab of namespaces."""

import pathlib
import shutil
import signal
import sys
import tempfile
import traceback

from lib import namespaces
from lib.clients import tftp, traffic
from lib.clients.dhcp import Udhcpc
from lib.clients.telephone import Telephone, answer_rtp, put_software
from lib.config import ACME, ACME_DESK, GATEWAY_LAN, PROVIDER, mac, phone_class
from lib.phones import exchange_tcp, exchange_udp, phone_of, reached_by_tcp
from lib.steps import NotHeld, Step, held, take
from lib.tunnel_half import KINDS, TunnelHalf, add_hosted, call_for_ever, start_concentrator
from lib.tunnel_lab import PUBLIC_BLOCK, VOIP, TunnelLab
from lib.waiting import eventually

STOCK = "STOCK-PHONE-1"
STRANGER = "00:50:56:00:00:01"


def lab_config(lab):
    """Two classes for portico-phone, one for a phone that reads only a settings file, and those
    behind the tunnel."""
    config = lab.config(workers=1, uses="signalling")
    config["eal"]["hugepages"] = "auto"
    desk, stock = phone_class("desk", ACME_DESK, 16), phone_class("stock", STOCK, 32)
    stock["templates"] = [{"name": "{mac}.cfg", "text": "sip {public_address}:{sip_port}\n"
                                                        "rtp {rtp_first}-{rtp_last}\n"}]
    config["phones"]["classes"] = [phone_class("t46", ACME, 64), desk, stock]
    config["phones"]["classes"][0]["firmware"] = put_software(lab.directory, "t46.bin")
    desk["firmware"] = put_software(lab.directory, "desk.bin")
    return add_hosted(config)


class MainJob:
    """The steps. Each prints what held; the first that does not ends the run."""

    def __init__(self, lab):
        self.lab = lab
        self.phones = []
        self.telephones = []
        self.gateway = None

    def steps(self):
        yield Step("D1 D4", "the gateway runs", self.gateway_turns)
        yield Step("P2 P3", "strangers are refused", self.strangers_are_refused)
        yield Step("P1 P4-P7", "telephones are leased", self.telephones_are_leased)
        yield Step("P8 P9 N1", "software is fetched and run", self.software_is_fetched_and_run)
        yield Step("P4 P9", "a stock phone is configured", self.stock_phone_is_configured)
        yield Step("N1", "packets leave with their port", self.packets_leave_with_their_port)
        yield Step("N2 N3", "phones are reached", self.phones_are_reached)
        yield Step("N3 N4", "what nobody holds is dropped", self.what_nobody_holds_is_dropped)
        yield from TunnelHalf(self.lab).steps(self.gateway)
        yield Step("D1 D4", "all is accounted for", self.all_is_accounted_for)

    def gateway_turns(self):
        self.gateway = self.lab.start(lab_config(self.lab))
        workers = self.gateway.stats()["workers"]
        held("D1", f"the gateway runs on net_af_packet, {len(workers)} worker(s) turning")
        held("D4", f"GET /v1/health is {self.gateway.health()[0]}")

    def strangers_are_refused(self):
        host = self.lab.phone(8, STRANGER)
        assert Udhcpc(host).once(tries=1) is None
        assert self._refused("mac_not_valid") == 1
        held("P2", f"{STRANGER} gets no offer, counted under mac_not_valid")
        host = self.lab.phone(9, mac(9))
        assert Udhcpc(host, "NOBODY-1").once(tries=1) is None
        assert self._refused("class_not_valid") == 1
        held("P3", "vendor class NOBODY-1 gets no offer, counted under class_not_valid")

    def telephones_are_leased(self):
        for number, vendor_class, size in ((1, ACME, 64), (2, ACME_DESK, 16)):
            telephone = Telephone(self.lab.phone(number, mac(number)), vendor_class,
                                  rtp_peer=f"{PROVIDER}:4000")
            self.telephones.append(telephone.start())
            lease = telephone.wait_for("lease")
            ports = range(lease["first_port"], lease["last_port"] + 1)
            assert len(ports) == size and ports[0] >= 1024
            held("P1", f"phone{number} names itself {vendor_class}")
            held("P4", f"phone{number} is leased {lease['address']} and {size} ports: "
                       f"{identity(lease['public_address'], ports)}")
            [stored] = self.gateway.leases(mac=mac(number))
            assert stored["ports"]["first"] == ports[0]
            telephone.wait_for("stored")
            held("P7", f"phone{number}'s lease is on disk, at the gateway and at the phone")
            self.phones.append(telephone.phone())
        assert all(port < 5060 or port > 5061 for p in self.phones for port in p.ports)
        held("P5", "neither range holds a reserved port")
        held("P6", "the classes got different ranges and software")

    def software_is_fetched_and_run(self):
        answer_rtp(self.lab.provider, PROVIDER)
        for number, telephone in enumerate(self.telephones, 1):
            fetched, run = telephone.wait_for("fetched"), telephone.wait_for("running")
            held("P9", f"phone{number} fetched {fetched['octets']} octets by TFTP, verified "
                       f"sha256 {run['sha256'][:12]}…, runs them")
            eventually(lambda t=telephone: [r for r in t.events("rtp_report")
                                            if r["received"] > 10], "RTP both ways")
            held("N1", f"phone{number}'s software speaks RTP with the provider and hears it")
        first = self.telephones[0]
        started = self.gateway.stats()["tftp"]["started"]
        first.stop()
        first.start()
        first.wait_for("have")
        first.wait_for("running")
        assert self.gateway.stats()["tftp"]["started"] == started
        held("P8", "phone1, started again, runs what it already has and fetches nothing")
        again = first.wait_for("lease")
        assert again["first_port"] == self.phones[0].ports[0]
        held("P4", "phone1 got its range back")
        held("D2", "DHCP and TFTP were served by the control core: " + ", ".join(
            f"{self.gateway.stats()[group][name]} {name}" for group, name in
            (("dhcp", "acks"), ("tftp", "completed"))))

    def stock_phone_is_configured(self):
        host = self.lab.phone(3, mac(3))
        lease = Udhcpc(host, STOCK).once()
        told = lease.portico
        self.phones.append(phone_of(host, lease))
        held("P4", f"phone3, udhcpc, is leased {lease.address} and "
                   f"{identity(told.public_address, told.ports)}")
        name = mac(3).replace(":", "") + ".cfg"
        settings = tftp.tftp_hpa(host, GATEWAY_LAN, name).decode()
        assert f"sip {told.public_address}:" in settings
        held("P9", f"phone3, tftp-hpa, got {name}: {' '.join(settings.split())}")

    def packets_leave_with_their_port(self):
        for number, phone in enumerate(self.phones, 1):
            exchange_udp(phone, self.lab.provider, -1, port=4100)
            exchange_tcp(phone, self.lab.provider, -2)
            assert traffic.ping(phone.host, PROVIDER, phone.ports[-3]) == 1
            held("N1", f"phone{number}: UDP, TCP and ping seen at the provider from "
                       f"{phone.public_address}, ports {phone.ports[-1]}, {phone.ports[-2]}, "
                       f"{phone.ports[-3]} unchanged")

    def phones_are_reached(self):
        pairs = [(p.public_address, port) for p in self.phones for port in p.ports]
        assert len(set(pairs)) == len(pairs)
        held("N2", f"{len(pairs)} pairs of public address and port, each one phone's")
        with self.lab.provider.udp(PROVIDER, 4200) as far:
            for number, phone in enumerate(self.phones, 1):
                with phone.udp(-4) as near:
                    far.sendto(b"call", (phone.public_address, phone.ports[-4]))
                    assert near.recvfrom(99) == (b"call", (PROVIDER, 4200))
                reached_by_tcp(phone, self.lab.provider, -5)
                held("N3", f"the provider reaches phone{number} at {phone.public_address}:"
                           f"{phone.ports[-4]} by UDP, {phone.ports[-5]} by TCP")

    def what_nobody_holds_is_dropped(self):
        before = self.gateway.drops().get("port_unheld", 0)
        with self.lab.provider.udp() as far:
            far.sendto(b"?", (self.phones[0].public_address, 65000))
        eventually(lambda: self.gateway.drops().get("port_unheld", 0) == before + 1, "the drop")
        held("N3", "a port nobody holds: dropped, counted under port_unheld")
        phone = self.phones[2]
        with phone.host.udp(phone.address, 1500) as outside_its_range:
            outside_its_range.sendto(b"?", (PROVIDER, 4000))
        eventually(lambda: self.gateway.drops().get("port_out_of_range"), "the drop")
        held("N4", "a source port outside the range: dropped, counted under port_out_of_range")

    def all_is_accounted_for(self):
        for telephone in self.telephones:
            telephone.stop()
        for end in self.lab.gateways:
            name = end.namespace.label
            end.assert_sound()
            balance = end.stats()["balance"]
            held("D4", f"{name}: every packet is accounted for: " + ", ".join(
                f"{part} {balance[part]}"
                for part in ("received", "originated", "sent", "dropped", "consumed")))
            held("D1", f"{name}: audit: {end.ctl('audit').strip()}")
            end.stop()
            held("D2", f"{name}: SIGTERM: ended in good order")

    def _refused(self, reason):
        return self.gateway.stats()["dhcp"][reason]


def identity(address, ports):
    return f"{address}:{ports[0]}-{ports[-1]}"


def stay(lab):
    """Leaves phones calling until Ctrl-C, and says where to look."""
    gateway, concentrator = lab.start(lab_config(lab)), start_concentrator(lab)
    answer_rtp(lab.provider, PROVIDER)
    for number, vendor_class in ((1, ACME), (2, ACME_DESK)):
        telephone = Telephone(lab.phone(number, mac(number)), vendor_class,
                              rtp_peer=f"{PROVIDER}:4000").start()
        telephone.wait_for("running")
    stock = lab.phone(3, mac(3))
    assert Udhcpc(stock, STOCK).once()
    call_for_ever(lab)
    print("The lab is up: phone1 and phone2 speak RTP with the provider, phone3 has a lease, "
          + ", ".join(kind.phone for kind in KINDS) + " call the VoIP server by the tunnel.\n")
    for end in gateway, concentrator:
        management = end.config["management"]
        print(f"""{end.namespace.label}:
  status        ip netns exec {end.namespace.name} curl -s http://{management["http"]}/v1/stats
  command line  build/app/ctl/porticoctl --socket {management["socket"]}
  keys          {end.config["tunnel"]["keys"]}""")
    internet = f"ip netns exec {lab.provider.name} tcpdump -ni eth0"
    print(f"""tunnel:
  in it         {internet} esp
  beside it     {internet} udp and host {VOIP}
  at its end    ip netns exec {lab.voip.name} tcpdump -ni eth0 udp
  records       {lab.directory}/tunnels.jsonl
logs            {lab.directory}
""")
    for namespace in lab.namespaces:
        print(f"  {namespace.label:13} ip netns exec {namespace.name} bash")
    print("\nCtrl-C ends it.", flush=True)
    signal.pause()


def main(arguments):
    if arguments not in ([], ["--once"]):
        print("usage: scripts/lab [--once]", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    namespaces.sweep()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="portico-lab-"))
    lab = None
    try:
        lab = TunnelLab(directory, other_blocks=[PUBLIC_BLOCK])
        if arguments:
            take(MainJob(lab).steps())
        else:
            stay(lab)
    except KeyboardInterrupt:
        print("ended")
    except (NotHeld, AssertionError) as broken:
        traceback.print_exception(broken)
        print(f"did not hold: {broken}\nlogs and captures: {directory}", file=sys.stderr)
        return 1
    finally:
        if lab is not None:
            lab.close()
    shutil.rmtree(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
