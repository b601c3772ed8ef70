"""Calls of a real FreeSWITCH without the people in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from helpers import RECORDINGS

from switchy_nb.recording import Recording
from switchy_nb.wire.rewrite import pairs_of


def bytes_of(recording: Recording, folder: Path) -> bytes:
    """Everything that is in a recording's file, unpacked."""
    path = folder / "redacted.parquet"
    recording.save(path)
    again = Recording.load(path)
    table = pq.read_table(path)
    cells = [
        str(value).encode() for name in table.column_names for value in table[name].to_pylist()
    ]
    raws = [again.event(n).raw for n in range(len(again))]
    frames = [
        getattr(again, name).reset_index().to_csv().encode("utf-8", "surrogateescape")
        for name in ("events", "sessions", "calls", "jobs", "commands")
    ]
    return b"\n".join([*raws, *cells, *frames, again.switch.encode(), path.read_bytes()[-100_000:]])


# --- real calls -----------------------------------------------------------------------------

SCENARIOS = sorted(p.name.split(".")[0] for p in RECORDINGS.glob("*.events.raw.xz"))
REAL = [*SCENARIOS, "wire_json", "wire_with_log_lines"]


@pytest.mark.parametrize("name", REAL)
def test_nobody_is_left_in_a_real_recording_and_all_else_is(
    name: str, record: Callable[[str], Recording], tmp_path: Path
) -> None:
    recording = record(name)
    redacted = recording.redact(salt="pepper")
    data = bytes_of(redacted.recording, tmp_path)
    for original in (b"1112223333", b"Mr_Switchy", b"mr_switchy", b"127.0.0.1", b"fd00::2",
                     b"fd00%3A%3A2"):  # fmt: skip
        assert original not in data
    whole = ["received", "time", "sequence", "name", "session", "call", "hangup_cause", "job"]
    pd.testing.assert_frame_equal(redacted.recording.events[whole], recording.events[whole])
    same = ["created", "answered", "hungup", "hangup_cause", "codec", "events", "peer"]
    pd.testing.assert_frame_equal(redacted.recording.sessions[same], recording.sessions[same])
    for n in range(len(recording)):
        one, two = recording.event(n), redacted.recording.event(n)
        assert one.fmt is two.fmt
        assert [name for name, _ in pairs_of(one)] == [name for name, _ in pairs_of(two)]
        if two.body is not None:
            length = int(two.getall("Content-Length")[-1])
            assert length == len(two.body.encode("utf-8", "surrogateescape"))


def test_a_redacted_recording_is_one_that_can_be_redacted_again_and_replayed(
    record: Callable[[str], Recording],
) -> None:
    first = record("bridged_calls").redact(salt="a")
    second = first.recording.redact(salt="b")
    assert set(first.stand_ins.values()) & set(second.stand_ins)
    assert list(second.recording.events["name"]) == list(first.recording.events["name"])


def test_six_hundred_calls_keep_their_frames(load: Recording) -> None:
    redacted = load.redact(salt="x")
    calls = ["caller", "callee", "caller_create", "callee_answer", "hangup_cause", "call_duration"]
    pd.testing.assert_frame_equal(redacted.recording.calls[calls], load.calls[calls])
    assert "Mr_Switchy" not in set(redacted.recording.header("Caller-Callee-ID-Name"))
