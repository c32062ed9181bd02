# SPDX-License-Identifier: BSD-3-Clause
"""The tunnels' files: what scripts/tunnel-keys makes is accepted, what is wrong is told by --check."""

import json
import os
import pathlib
import subprocess

import pytest

from lib.config import GATEWAY_WAN, gateway_config
from lib.gateway import check_config

TUNNEL_KEYS = pathlib.Path(__file__).parents[2] / "scripts" / "tunnel-keys"
ALGORITHMS = ["aes-gcm-128", "aes-gcm-256", "chacha20-poly1305",
              "aes-cbc-128-hmac-sha2-256-128", "aes-cbc-256-hmac-sha2-256-128"]


def make_keys(*words, code=0):
    done = subprocess.run([TUNNEL_KEYS, *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def record(number, algorithm, sas, key):
    return {"name": f"t{number}", "gateway": GATEWAY_WAN, "concentrator": "198.51.100.9",
            "algorithm": algorithm, "sas": sas, "spi_out": 256 + 64 * number,
            "spi_in": 256 + 64 * number, "key": key, "remote": [f"10.{90 + number}.0.0/16"],
            "blocks": [{"address": f"192.0.2.{number}"}]}


def check(directory, records, keys, mode=0o600):
    """(exit code, text) of --check with these lines in the tunnels' files."""
    (directory / "tunnels.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    (directory / "keys").write_text(keys)
    (directory / "keys").chmod(mode)
    config = gateway_config(directory)
    config["tunnel"] = {"file": str(directory / "tunnels.jsonl"), "keys": str(directory / "keys"),
                        "store": str(directory / "tunnels.db")}
    (directory / "portico.json").write_text(json.dumps(config))
    done = check_config(directory / "portico.json")
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(name="one")
def one_tunnel():
    """(records, keys) of a tunnel that is as it should be."""
    keys = make_keys("t0", "aes-gcm-128", "1")
    return [record(0, "aes-gcm-128", 1, json.loads(keys)["name"])], keys


def test_keys_made_for_each_algorithm_are_accepted(tmp_path):
    words = [word for number, algorithm in enumerate(ALGORITHMS)
             for word in (f"t{number}", algorithm, str(1 << number))]
    keys = make_keys(*words)
    names = [json.loads(line)["name"] for line in keys.splitlines()]
    records = [record(number, algorithm, 1 << number, names[number])
               for number, algorithm in enumerate(ALGORITHMS)]
    code, text = check(tmp_path, records, keys)
    assert code == 0, text


def test_keys_go_into_a_file_for_its_owner_only(tmp_path):
    path = tmp_path / "keys"
    names = make_keys("-o", path, "a", "aes-gcm-128", "2").split()
    names += make_keys("-o", path, "a", "aes-gcm-128", "2").split()
    assert path.stat().st_mode & 0o777 == 0o600
    sets = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["name"] for one in sets] == names and len(set(names)) == 2
    octets = [key for one in sets for key in one["out"] + one["in"]]
    assert len(octets) == len(set(octets)) == 8
    path.chmod(0o640)
    assert "0600" in make_keys("-o", path, "a", "aes-gcm-128", "2", code=2)
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.parametrize("words", [[], ["a", "aes-gcm-128"], ["a", "des", "1"],
                                   ["a", "aes-gcm-128", "3"], ["a b", "aes-gcm-128", "1"]])
def test_keys_for_what_is_no_tunnel_are_not_made(words):
    make_keys(*words, code=2)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o700])
def test_keys_that_others_could_have_read_are_refused(tmp_path, one, mode):
    code, text = check(tmp_path, *one, mode=mode)
    assert code == 2 and f"{tmp_path}/keys: must have mode 0600" in text


def test_keys_of_another_user_are_refused(tmp_path, one):
    check(tmp_path, *one)
    os.chown(tmp_path / "keys", 65534, 65534)
    done = check_config(tmp_path / "portico.json")
    assert done.returncode == 2 and "must belong to root" in done.stderr


def test_keys_are_no_pipe(tmp_path, one):
    check(tmp_path, *one)
    (tmp_path / "keys").unlink()
    os.mkfifo(tmp_path / "keys", 0o600)
    done = check_config(tmp_path / "portico.json")
    assert done.returncode == 2 and "/tunnel/keys" in done.stderr


def test_every_problem_of_both_files_is_listed_and_no_key_is_printed(tmp_path, one):
    records, keys = one
    digits = json.loads(keys)["out"][0]
    bad = dict(records[0], name="t1", spi_in=255)
    code, text = check(tmp_path, [records[0], bad, bad], keys + keys.replace("}", ""))
    assert code == 2
    assert f"{tmp_path}/tunnels.jsonl:2: /spi_in" in text
    assert f"{tmp_path}/tunnels.jsonl:3: /spi_in" in text
    assert f"{tmp_path}/keys:2: column" in text
    assert digits[:8] not in text


def test_a_tunnel_without_keys_is_refused(tmp_path, one):
    code, text = check(tmp_path, one[0], "")
    assert code == 2 and f"{tmp_path}/tunnels.jsonl:1: /key" in text
