# SPDX-License-Identifier: BSD-3-Clause
"""Every functional test gets its own lab; what must always hold is checked as it is torn down."""

import os

import pytest

from lib import namespaces
from lib.lab import Lab
from lib.tunnel_lab import TunnelLab


def pytest_sessionstart():
    if os.geteuid() != 0:
        pytest.exit("functional tests make network namespaces: run as root", returncode=1)
    namespaces.sweep()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Remembers whether the test itself failed, for the lab's teardown."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.failed = report.failed


@pytest.fixture
def lab(tmp_path, request):
    """A lab without phones and without a running gateway."""
    yield from _lent(Lab(tmp_path), request)


@pytest.fixture
def tunnel_lab(tmp_path, request):
    """The same with a concentrator's place; its parameter is what TunnelLab takes."""
    yield from _lent(TunnelLab(tmp_path, **getattr(request, "param", {})), request)


def _lent(made, request):
    try:
        yield made
        if not getattr(request.node, "failed", False):
            made.assert_sound()
    finally:
        made.close()


@pytest.fixture(params=[0, 2], ids=["one-lcore", "two-workers"])
def workers(request):
    """For tests of the data path: the control core turns the worker itself, or two workers run."""
    return request.param
