from __future__ import annotations

import pytest

from switchy_nb.errors import ConfigurationError
from switchy_nb.panels import parse


@pytest.mark.parametrize("typed", ["", "soon", "nan", "0", "-1", "1e9", "inf"])
def test_what_cannot_be_waited(typed: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be waited"):
        parse.duration(typed)


def test_what_can_be() -> None:
    assert parse.duration(" 2.5 ") == 2.5
    assert parse.count("50", 100) == 50
    assert parse.rate("0.5", 10) == 0.5


@pytest.mark.parametrize("typed", ["", "0", "1.5", "101", "nan", "many"])
def test_how_many_calls_there_cannot_be(typed: str) -> None:
    with pytest.raises(ConfigurationError, match="whole number from 1 to 100"):
        parse.count(typed, 100)


@pytest.mark.parametrize("typed", ["", "0", "11", "nan", "fast"])
def test_how_fast_they_cannot_come(typed: str) -> None:
    with pytest.raises(ConfigurationError, match="10 at most"):
        parse.rate(typed, 10)


def test_channel_variables() -> None:
    assert parse.variables("a=1\n\n sip_h_X-b = two = 2 \n") == {"a": "1", "sip_h_X-b": "two = 2"}
    with pytest.raises(ConfigurationError, match="write name=value"):
        parse.variables("a=1\nno variable")
