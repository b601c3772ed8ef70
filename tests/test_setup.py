"""What is installed, and how: pyproject.toml, the locks, environment.yml and the Makefile agree."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
TARGETS = {"lab", "demo", "test", "lint", "bench", "browser-test", "lock", "clean", "help"}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))? \\$")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> dict[str, set[str]]:
    """Return the versions that a lock has for each package: more than one, if markers choose."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if match := PIN.match(line):
            found.setdefault(canonicalize_name(match["name"]), set()).add(match["version"])
    return found


def unmet(requirements: list[str], lock: str) -> list[str]:
    """Return the requirements that a lock does not meet."""
    locked = pins(lock)
    return [
        text
        for text, requirement in zip(requirements, map(Requirement, requirements), strict=True)
        if not (versions := locked.get(canonicalize_name(requirement.name)))
        or not all(requirement.specifier.contains(v, prereleases=True) for v in versions)
    ]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_a_lock_holds_pins_with_hashes_and_nothing_else(lock):
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        assert PIN.match(line) or re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line)


def test_the_lock_meets_every_requirement_and_extra(project):
    wanted = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    assert unmet(wanted, "requirements.lock") == []


def test_the_extras_that_errors_and_pages_name_are_there(project):
    pages = [*(ROOT / "switchy_nb").rglob("*.py"), *(ROOT / "docs").glob("*.md")]
    named = {
        extra
        for path in pages
        for extra in re.findall(r"switchy_nb\[(\w+)\]", path.read_text(encoding="utf-8"))
    }
    assert {"lab", "sql"} <= named <= set(project["project"]["optional-dependencies"])


def test_what_builds_is_locked_too(project):
    group = project["dependency-groups"]["build"]
    assert unmet(group, "requirements-build.lock") == []
    assert unmet(project["build-system"]["requires"], "requirements-build.lock") == []


def test_the_two_locks_do_not_contradict_each_other():
    build, run = pins("requirements-build.lock"), pins("requirements.lock")
    assert {n: (build[n], run[n]) for n in build.keys() & run.keys() if build[n] != run[n]} == {}


def test_the_conda_environment_installs_the_same(project):
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert re.search(r"^name: (.+)$", text, re.MULTILINE)[1] == project["project"]["name"]
    assert re.findall(r"^ +- -r (.+)$", text, re.MULTILINE) == ["requirements.lock"]
    python = re.search(r"- python=([\d.]+)$", text, re.MULTILINE)[1]
    assert SpecifierSet(project["project"]["requires-python"]).contains(python)


def test_the_oldest_python_is_the_one_that_types_and_style_are_checked_for(project):
    oldest = project["project"]["requires-python"].removeprefix(">=")
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")


def test_one_version_everywhere(project):
    version = project["project"]["version"]
    assert metadata.version("switchy_nb") == version
    assert re.search(
        rf"^## \[({re.escape(version)}|Unreleased)\]",
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )


@pytest.mark.parametrize("group", ["console_scripts", "pytest11"])
def test_what_is_installed_under_a_name_can_be_loaded(group):
    (entry,) = [
        entry
        for entry in metadata.entry_points(group=group)
        if entry.module.partition(".")[0] == "switchy_nb"
    ]
    assert entry.load() is not None


@pytest.mark.parametrize("name", ["py.typed", "freeswitch/switchy_nb.xml"])
def test_the_package_carries_its_files(name):
    assert files("switchy_nb").joinpath(name).is_file()


def test_make_helps_with_every_target():
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  make ([a-z-]+) +\w", said.stdout, re.MULTILINE)) >= TARGETS


def test_make_says_what_is_missing_when_python_is_too_old(tmp_path):
    old = tmp_path / "python"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    said = subprocess.run(
        ["make", "setup", f"PYTHON={old}", f"VENV={tmp_path}/venv"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert f"needs Python 3.11 or later; {old} is Python 3.9.2" in said.stderr


def test_a_package_that_cannot_be_installed_is_named(tmp_path):
    said = subprocess.run(
        ["/bin/sh", ROOT / "tools" / "apt-install.sh", "the tests need it", "some-package"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "the tests need it: this machine has no apt-get" in said.stderr
    assert "apt-get install some-package" in said.stderr


def test_ci_lints_then_tests():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert "set -eu" in lines
    assert [line for line in lines if line.startswith("make")] == ["make lint", "make test"]


def test_every_module_can_be_read_in_one_sitting():
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("switchy_nb", "tests")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name: size for name, size in sizes.items() if size > 400} == {}


@pytest.mark.parametrize("module", ["switchy_nb", "switchy_nb.cli"])
def test_what_is_heavy_is_imported_late(module):
    heavy = {"IPython", "ipywidgets", "matplotlib.pyplot", "nbclient", "pandas", "pyarrow"}
    heavy |= {"duckdb", "tqdm"}
    code = f"import {module}, sys; print(*sorted({heavy!r} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []
