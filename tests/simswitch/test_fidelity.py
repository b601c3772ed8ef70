"""Held against a real FreeSWITCH: each leg's events, their order, their headers."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from simswitch.client import Client, Headers
from simswitch.story import PROBE, RACES, STORIES, Line, legs_of, signature, truth

from switchy_nb.simswitch import SimSwitch

AT_ONCE = 5


def closest(leg: list[Headers], among: list[list[Headers]]) -> list[Headers]:
    wanted = [signature(e) for e in leg]

    def unlike(other: list[Headers]) -> int:
        theirs = [signature(e) for e in other]
        differing = sum(a != b for a, b in zip(wanted, theirs, strict=False))
        return differing + abs(len(wanted) - len(theirs))

    return min(among, key=unlike)


def names_without_chance(event: Headers) -> set[str]:
    return set(event) - RACES


@pytest.mark.parametrize("name", STORIES)
def test_each_leg_tells_the_story_that_freeswitch_told(client: Client, name: str) -> None:
    STORIES[name](client)
    client.until(
        lambda: (
            not any(
                leg[-1].get("Channel-State") != "CS_DESTROY"
                for leg in legs_of(client.events).values()
            )
        ),
        "the end of every leg",
    )
    theirs, ours = legs_of(truth(name)), legs_of(client.events)
    assert len(theirs) == len(ours)
    left = list(ours.values())
    for leg in theirs.values():
        mine = closest(leg, left)
        left.remove(mine)
        story: list[Line] = [signature(e) for e in leg]
        assert [signature(e) for e in mine] == story
        for true, simulated in zip(leg, mine, strict=True):
            assert names_without_chance(simulated) == names_without_chance(true), (
                true["Event-Name"],
                true["Channel-State"],
            )


def load_probe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("esl_probe", PROBE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_probe(names: list[str], out: Path) -> subprocess.CompletedProcess[str]:
    with SimSwitch() as switch:
        where = ["--port", str(switch.port), "--sip", switch.sip, "--out", str(out)]
        return subprocess.run(
            [sys.executable, str(PROBE), "run", *where, "--only", ",".join(names)],
            capture_output=True,
            text=True,
            timeout=110,
        )


@pytest.mark.slow
@pytest.mark.skipif(not PROBE.exists(), reason="the shared yardstick is not beside the checkout")
def test_the_yardstick_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    probe = load_probe()
    recordings = PROBE.parent / "recordings"
    names = sorted(
        p.name.removesuffix(".commands.json") for p in recordings.glob("*.commands.json")
    )
    assert len(names) == 19
    # It mostly waits for what calls do in their own time: some at once, each with a switch for it.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [names[first::AT_ONCE] for first in range(AT_ONCE)]
        for done in pool.map(lambda share: run_probe(share, tmp_path), shares):
            assert done.returncode == 0, done.stdout
            assert "Timeout" not in done.stdout
    scores = {name: probe.score_one(recordings, tmp_path, name) for name in names}
    mean = {
        k: sum(s[k] for s in scores.values()) / len(scores) for k in next(iter(scores.values()))
    }
    assert mean["sequence"] >= 0.99, scores
    assert mean["headers"] >= 0.98, scores
    assert mean["replies"] == 1.0, scores
    assert mean["jobs"] == 1.0, scores
