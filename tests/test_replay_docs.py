"""What the page about replays and redaction shows is tried as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from replaying import scenario

from switchy_nb.recording import Recording

PAGE = Path(__file__).parents[1] / "docs" / "replay.md"


def test_the_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scenario("bridged_calls").save("incident.parquet")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, PAGE.name, "exec"), names)
    heard = names["listener"].recording
    assert list(heard.sessions.index) == list(names["recording"].sessions.index)
    assert "variable_sip_from_uri" not in set(names["redacted"].unsure["header"])
    shared = Recording.load("for-the-list.parquet")
    assert set(shared.header("FreeSWITCH-Hostname")) == {names["redacted"].stand_ins["vm"]}
