"""What the pages of documentation show is tried as it stands there."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from switchy_nb import sync_caller
from switchy_nb.errors import JobError
from switchy_nb.simswitch import SimSwitch

pytest_plugins = ["pytester"]

DOCS = Path(__file__).parents[1] / "docs"


def blocks(page: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def names() -> dict[str, Any]:
    """What the blocks of the page about the simulated switch leave behind, run in their order."""
    names: dict[str, Any] = {}
    for block in blocks("simulated-switch.md"):
        if "@pytest" not in block:
            exec(compile(block, "docs/simulated-switch.md", "exec"), names)
    return names


@pytest.fixture
def shown(names: dict[str, Any]) -> SimSwitch:
    """The switch of that page."""
    switch = names["switch"]
    assert isinstance(switch, SimSwitch)
    return switch


def test_the_blocks_run_and_make_a_switch_with_those_numbers_and_hosts(shown: SimSwitch) -> None:
    assert {"7001", "7002", "^9", "^8", "^5"} <= set(shown.dialplan)
    assert {"carrier.example.net", "pbx.example.net:5070", "10.0.0.9"} == set(shown.hosts)
    assert shown.faults.active == ()


def test_that_switch_does_what_the_page_says(shown: SimSwitch) -> None:
    shown.dialplan["^9"] = shown.dialplan["^8"]  # the chances are tried elsewhere
    with shown, sync_caller(shown) as caller:
        sess, _ = caller(caller.url("7001"))
        sess.wait("hungup", timeout=10)
        assert sess.hangup_cause == "NORMAL_CLEARING"
        with pytest.raises(JobError, match="USER_BUSY"):
            caller("2@pbx.example.net:5070")
        with pytest.raises(JobError, match="CALL_REJECTED"):
            caller(caller.url("5"), caller_id_num="13")
        menu, _ = caller(caller.url("7002"))
        far = menu.call.get_peer(menu)
        far.wait("PLAYBACK_STOP", timeout=10)
        menu.send_dtmf("1")
        far.wait("CHANNEL_BRIDGE", timeout=10)


def test_the_fixture_of_the_page_is_as_it_says(pytester: pytest.Pytester) -> None:
    (block,) = (b for b in blocks("simulated-switch.md") if "@pytest" in b)
    client = """
        import pytest
        from switchy_nb.connection import Connection
        class MyClient(Connection):
            def __init__(self, *where):
                super().__init__(*where)
                self.connect()
            def reconnected(self):
                self.disconnect()
                self.connect()
                return self.connected()
    """
    pytester.makepyfile(textwrap.dedent(client) + block)
    pytester.runpytest("-p", "no:randomly").assert_outcomes(passed=1)


def test_the_page_on_panels_shows_parts_that_share_a_board() -> None:
    names: dict[str, Any] = {}
    try:
        for block in blocks("panels.md"):
            exec(compile(block, "docs/panels.md", "exec"), names)
        assert names["dialer"].board is names["calls"].board is names["timeline"].board
    finally:
        for name in ("timeline", "calls", "dialer", "panel", "caller"):
            if name in names:
                names[name].close()


def test_the_page_on_panels_names_every_part() -> None:
    from switchy_nb import panels

    text = (DOCS / "panels.md").read_text(encoding="utf-8")
    assert [name for name in panels.__all__ if name not in text] == []
