"""Held against a real FreeSWITCH: each leg's events, their order, their headers."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from simswitch.client import Client, Headers
from simswitch.story import PROBE, RACES, STORIES, Line, legs_of, signature, truth

from switchy_nb.simswitch import SimSwitch


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


@pytest.mark.slow
@pytest.mark.skipif(not PROBE.exists(), reason="the shared yardstick is not beside the checkout")
def test_the_yardstick_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    with SimSwitch() as switch:
        where = ["--port", str(switch.port), "--sip", switch.sip, "--out", str(tmp_path)]
        done = subprocess.run(
            [sys.executable, str(PROBE), "run", *where],
            capture_output=True,
            text=True,
            timeout=110,
        )
    assert done.returncode == 0, done.stdout
    assert "Timeout" not in done.stdout
    probe = load_probe()
    recordings = PROBE.parent / "recordings"
    scores = {
        path.name.removesuffix(".commands.json"): probe.score_one(
            recordings, tmp_path, path.name.removesuffix(".commands.json")
        )
        for path in sorted(recordings.glob("*.commands.json"))
    }
    assert len(scores) == 19
    mean = {
        k: sum(s[k] for s in scores.values()) / len(scores) for k in next(iter(scores.values()))
    }
    assert mean["sequence"] >= 0.99, scores
    assert mean["headers"] >= 0.98, scores
    assert mean["replies"] == 1.0, scores
    assert mean["jobs"] == 1.0, scores
