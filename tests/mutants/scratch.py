# SPDX-License-Identifier: BSD-3-Clause
"""Copies of the tree, built to be changed: a fault never stands in the tree itself."""
import enum
import json
import pathlib
import subprocess

PATIENCE_S = 120  # of a test that a fault may keep from ending
# Quickly built; a line that has become pointless is no error.
SETUP = ["-Doptimization=0", "-Ddebug=false", "-Dwerror=false"]


class Ended(enum.Enum):
    PASSED = enum.auto()
    FAILED = enum.auto()
    NEVER = enum.auto()


def call(*command, **how):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **how)


class Copy:
    def __init__(self, folder):
        self.tree, self.build = (folder / "tree").resolve(), (folder / "build").resolve()
        self._bring_up_to_date()
        if not (self.build / "build.ninja").exists():
            call("meson", "setup", self.build, self.tree, *SETUP).check_returncode()
        call("ninja", "-C", self.build, "build.ninja").check_returncode()  # as meson.build is now
        self._programs = self._read_programs()

    def _bring_up_to_date(self):
        """Writes what differs, a fault left by a run that was killed as well; the rest stays built."""
        listed = call("git", "ls-files", "-coz", "--exclude-standard").stdout
        for name in filter(None, listed.split("\0")):
            source, copy = pathlib.Path(name), self.tree / name
            if not source.is_file():
                continue
            if not copy.is_file() or copy.read_bytes() != source.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(source.read_bytes())
                copy.chmod(source.stat().st_mode)

    def _read_programs(self):
        """The program that each file of unit tests is part of."""
        unit = self.tree / "tests/unit"
        return {str(source.relative_to(unit)): pathlib.Path(target["filename"][0])
                for target in json.loads(call("meson", "introspect", "--targets", self.build).stdout)
                if target["type"] == "executable"
                for group in target["target_sources"]
                for source in map(pathlib.Path, group["sources"])
                if source.is_relative_to(unit)}

    def complaint_of_building(self, *files):
        """The compiler's, or None: built are the programs of these files of unit tests."""
        targets = {str(self._programs[file].relative_to(self.build)) for file in files}
        built = call("ninja", "-C", self.build, "-j2", *sorted(targets))
        return built.stdout if built.returncode != 0 else None

    def built_at(self, file):
        return self._programs[file].stat().st_mtime_ns

    def run(self, file, title):
        """One test. That there is none of this title is a failure, of the unchanged tree as well."""
        pattern = title.replace("\\", "\\\\").replace(",", "\\,").replace("[", "\\[")
        try:
            # It may be one that never ends: it goes when we go.
            ran = call("setpriv", "--pdeathsig", "KILL", self._programs[file], pattern, "--abort",
                       "--warn", "NoTests", timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            return Ended.NEVER
        return Ended.PASSED if ran.returncode == 0 else Ended.FAILED
