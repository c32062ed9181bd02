# SPDX-License-Identifier: BSD-3-Clause
"""sipp: many SIP calls a second, each with speech from an RTP port of its own."""

import re

# INVITE is repeated only after seconds: one that comes twice, as from a machine that is busy,
# confuses sipp's other end for good. BYE is repeated soon, for that end forgets a call after 4 s.
_SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="a call with speech">
  <send retrans="5000"><![CDATA[
INVITE sip:echo@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:phone@[outside]:[local_port]>;tag=[call_number]
To: <sip:echo@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:phone@[outside]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=phone 1 1 IN IP4 [media]
s=-
c=IN IP4 [media]
t=0 0
m=audio [auto_media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="200"/>
  <send><![CDATA[
ACK sip:echo@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:phone@[outside]:[local_port]>;tag=[call_number]
To: <sip:echo@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  <nop><action><exec play_pcap_audio="/usr/share/sip-tester/g711a.pcap"/></action></nop>
  <pause milliseconds="{talk_ms}"/>
  <send retrans="500"><![CDATA[
BYE sip:echo@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:phone@[outside]:[local_port]>;tag=[call_number]
To: <sip:echo@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""
_PORTS_A_CALL = 4  # [auto_media_port] leaves room for RTCP and for video


def answer(host, address, sip_port=5060, rtp_port=20000):
    """The other end: it sends back the RTP that it hears."""
    process = host.start("sipp", "-sn", "uas", "-i", address, "-p", sip_port, "-mi", address,
                         "-mp", rtp_port, "-rtp_echo", "-nostdin")
    host.wait_for_udp(sip_port)
    host.wait_for_udp(rtp_port)
    return process


def media_ports(first, calls):
    """The RTP port of each call."""
    return range(first, first + _PORTS_A_CALL * calls, _PORTS_A_CALL)


def call(phone, to, calls, rate, talk_ms=1000):
    """So many calls from the phone at this rate a second; how many of them succeeded.

    SIP has the range's first port and RTP the ports behind it."""
    scenario = phone.host.directory / "call.xml"
    scenario.write_text(_SCENARIO.replace("{talk_ms}", str(talk_ms)))
    done = phone.host.run(
        "sipp", "-sf", scenario, "-i", phone.address, "-p", phone.ports[0], "-mi", phone.address,
        "-mp", phone.ports[2], "-key", "outside", phone.tunnel_address or phone.public_address,
        "-key", "media", phone.public_address, "-m", calls, "-r", rate,
        "-nostdin", f"{to}:5060", timeout_s=60, check=False, cwd=phone.host.directory)
    succeeded = re.search(r"Successful call +\|[ \d]+\| +(\d+)", done.stdout)
    assert succeeded, f"sipp: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return int(succeeded[1])
