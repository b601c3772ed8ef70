from __future__ import annotations

import pytest

from switchy_nb.panels.board import SHARE, TICK, pause


def test_a_panel_that_is_slow_takes_its_share_of_the_time_and_no_more() -> None:
    assert pause(0.0001) == TICK
    for took in (0.01, 0.1, 0.5):
        assert took / (took + pause(took)) == pytest.approx(1 / SHARE)
