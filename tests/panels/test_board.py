from __future__ import annotations

import pytest

from switchy_nb.panels.board import SHARE, TICK, pause


def test_a_panel_that_is_slow_takes_its_share_of_the_time_and_no_more() -> None:
    assert pause(0.0001, 0.0001) == TICK
    took = 0.1
    assert took / (took + pause(took, took)) == pytest.approx(1 / SHARE)


def test_what_is_slow_once_keeps_nobody_waiting() -> None:
    assert pause(0.5, 0.0001) == TICK
    assert pause(0.0001, 0.5) == TICK
