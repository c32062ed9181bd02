# SPDX-License-Identifier: BSD-3-Clause
"""U-1, U-8: what RFC 5780's tests say of the gateway, asked from a phone."""

from lib.clients import traffic
from lib.config import PROVIDER, PROVIDER_SECOND
from lib.phones import assert_holds, assert_seen_as, leased


def test_mapping_and_filtering_are_endpoint_independent(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    outside = lab.provider.capture(expression="udp")
    traffic.stun_server(lab.provider, PROVIDER, PROVIDER_SECOND)
    mapping = traffic.nat_mapping(phone.host, PROVIDER, phone.address, phone.ports[7])
    assert "NAT with Endpoint Independent Mapping!" in mapping
    assert f"{phone.public_address}:{phone.ports[7]}" in mapping
    filtering = traffic.nat_filtering(phone.host, PROVIDER, phone.address, phone.ports[8])
    assert "NAT with Endpoint Independent Filtering!" in filtering
    assert_seen_as(phone, outside)
    assert_holds(phone, gateway, lab.provider)


def test_stun_finds_the_port_preserved(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    outside = lab.provider.capture(expression="udp")
    traffic.stun_server(lab.provider, PROVIDER, PROVIDER_SECOND)
    found = traffic.stun(phone.host, PROVIDER, phone.address, phone.ports[10])
    assert "Independent Mapping, Independent Filter" in found
    assert "preserver port = 1" in found.replace("preserves", "preserver")
    assert_seen_as(phone, outside)
    assert_holds(phone, gateway, lab.provider)
