# SPDX-License-Identifier: BSD-3-Clause
"""Real TFTP clients, each fetching into a file of its own; and a real server."""

import itertools

_numbers = itertools.count(1)


def _target(host):
    return host.directory / f"{host.label}-fetched-{next(_numbers)}"


def _fetched(done, target):
    """The bytes, or None where the client says that it failed."""
    return target.read_bytes() if done.returncode == 0 and target.exists() else None


def tftp_hpa(host, server, name, mode="binary"):
    """tftp-hpa: no options. Its exit code does not tell a failure, its text does."""
    target = _target(host)
    done = host.run("tftp", "-m", mode, server, "-c", "get", name, target, check=False)
    return None if "Error code" in done.stdout + done.stderr else _fetched(done, target)


def curl(host, server, name, blksize=1428):
    """curl: blksize, tsize and timeout."""
    target = _target(host)
    return _fetched(host.run("curl", "-sf", "-m", 25, "--tftp-blksize", blksize, "-o", target,
                             f"tftp://{server}/{name}", check=False), target)


def busybox(host, server, name, blksize=1428):
    target = _target(host)
    return _fetched(host.run("busybox", "tftp", "-b", blksize, "-g", "-r", name, "-l", target,
                             server, check=False), target)


def atftp(host, server, name, windowsize=16, blksize=1428):
    """atftp: the only one with windowsize (RFC 7440)."""
    target = _target(host)
    return _fetched(host.run("atftp", "--option", f"blksize {blksize}", "--option", "tsize 0",
                             "--option", f"windowsize {windowsize}", "-g", "-r", name, "-l",
                             target, server, check=False), target)


def serve(host, address, root):
    """tftpd-hpa: it answers from a port of its own choice, as RFC 1350 section 4 says."""
    server = host.start("in.tftpd", "-L", "-4", "-v", "-a", f"{address}:69", "-u", "nobody", "-s",
                        root)
    host.wait_for_udp(69)
    return server
