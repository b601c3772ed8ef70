"""What the README shows is tried as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_five_lines_work(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    assert len([line for line in code.splitlines() if line and "import" not in line]) <= 5
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith("SWITCHY_NB_")},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "NORMAL_CLEARING" in done.stdout
    assert "simulated switch" in done.stdout


def test_what_it_shows_of_a_call_works_after_the_five_lines(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    told = next(block for block in blocks if "recording.explain" in block)
    done = subprocess.run(
        [sys.executable, "-c", blocks[0] + told],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith("SWITCHY_NB_")},
    )
    assert done.returncode == 0, done.stderr
    assert "because uuid_kill ended it" in done.stdout
    assert "No problems in 1 call" in done.stdout
    assert (tmp_path / "run.html").stat().st_size > 10_000


def test_what_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_names_that_it_lists_are_there() -> None:
    import switchy_nb

    table = README.partition("## What there is")[2].partition("## A FreeSWITCH")[0]
    left = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    names = [n.lstrip("@") for cell in left for n in re.findall(r"`(@?\w+)`", cell)]
    assert len(names) > 8
    for name in names:
        assert getattr(switchy_nb, name)


def test_importing_is_light() -> None:
    heavy = ["pandas", "pyarrow", "matplotlib", "ipywidgets", "numpy"]
    code = (
        "import sys, switchy_nb; switchy_nb.sync_caller; switchy_nb.Recording;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_is_there_and_no_other() -> None:
    import switchy_nb

    for name in switchy_nb.__all__:
        assert getattr(switchy_nb, name).__doc__
        assert name in dir(switchy_nb)
    assert not hasattr(switchy_nb, "nonsense")
