# SPDX-License-Identifier: BSD-3-Clause
"""Traffic by real programs: ping, iperf3, STUN."""

import json


def ping(host, target, identifier, count=1):
    """Echo requests with this identifier; how many were answered."""
    done = host.run("ping", "-n", "-c", count, "-i", "0.2", "-W", 2, "-e", identifier, target,
                    check=False)
    for line in done.stdout.splitlines():
        if " received" in line:
            return int(line.split(" received")[0].split()[-1])
    raise AssertionError(f"ping: {done.stdout}{done.stderr}")


def iperf3_server(host, address, port=5201):
    server = host.start("iperf3", "-s", "-B", address, "-p", port, "--forceflush")
    server.wait_for_output("Server listening")
    return server


def iperf3(host, server, *arguments, port=5201, seconds=1):
    """Runs the client; its report, parsed."""
    done = host.run("iperf3", "-c", server, "-p", port, "-t", seconds, "-J", *arguments,
                    check=False)
    report = json.loads(done.stdout)
    assert "error" not in report, report["error"]
    return report["end"]


_TURN = """
listening-ip={first}
listening-ip={second}
listening-port=3478
alt-listening-port=3479
stun-only
no-auth
no-cli
no-tls
no-dtls
rfc5780
no-multicast-peers
simple-log
log-file={directory}/turn.log
pidfile={directory}/turn.pid
userdb={directory}/turndb
"""


def stun_server(host, first, second):
    """coturn as the server of RFC 5780, on two addresses."""
    conf = host.directory / "turn.conf"
    conf.write_text(_TURN.format(first=first, second=second, directory=host.directory))
    server = host.start("turnserver", "-c", conf)
    host.wait_for_udp(3478)
    host.wait_for_udp(3479)
    return server


def nat_mapping(host, server, address, port):
    """What turnutils_natdiscovery says of the mapping. Its text counts, not its exit code."""
    return host.run("timeout", 20, "turnutils_natdiscovery", "-m", "-L", address, "-l", port,
                    server, check=False).stdout


def nat_filtering(host, server, address, port):
    """What it says of the filtering; together with -m it would take another port."""
    return host.run("timeout", 20, "turnutils_natdiscovery", "-f", "-L", address, "-l", port,
                    server, check=False).stdout


def stun(host, server, address, port):
    """What the stun client says, in full."""
    done = host.run("timeout", 60, "stun", server, "-v", "-p", port, "-i", address, check=False,
                    timeout_s=70)
    return done.stdout + done.stderr
