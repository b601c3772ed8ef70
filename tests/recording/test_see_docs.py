"""What docs/see-the-call.md shows, tried as it stands there on a real FreeSWITCH's calls."""

import re
from pathlib import Path

import pytest

from switchy_nb import Recording
from switchy_nb.analysis.problems import Kind
from switchy_nb.analysis.problems.frame import Problems

PAGE = (Path(__file__).parents[2] / "docs" / "see-the-call.md").read_text(encoding="utf-8")


@pytest.fixture
def names(load, data_of):
    """Forty calls; the one that is looked at lasted about a second, and is called 3f2a…"""
    calls = load.calls
    lasted = (calls["hungup"] - calls["caller_answer"]).dt.total_seconds()
    key = calls.index[lasted.between(0.95, 1.15)][0]
    data = data_of("load_600_calls").replace(key.encode(), b"3f2a" + key[4:].encode())
    recording = Recording.from_bytes(data, switch="fs")
    shown = recording.select(calls=[*recording.calls.index[:39], f"3f2a{key[4:]}"])
    return {
        "recording": shown,
        "before": shown,
        "after": recording.select(calls=recording.calls.index[100:140]),
    }


def test_what_the_page_shows_works(names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(compile(block, "docs/see-the-call.md", "exec"), names)
    assert (tmp_path / "night.html").exists()


def test_what_a_call_is_explained_with_is_what_is_said(record):
    recording = record("no_answer")
    (told,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    said = recording.explain(recording.calls.index[0]).replace("the switch fs", "the switch")
    assert " ".join(told.split()) == said


def test_the_page_tells_every_kind_of_problem_and_every_column(record):
    kinds = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)))
    for kind in Kind:
        assert kind.value in kinds
    columns = re.findall(r"`(\w+)`", PAGE.partition("| column |")[2].partition("| kind |")[0])
    frame = record("busy").problems()
    assert isinstance(frame, Problems)
    assert set(frame.columns) <= set(columns)
