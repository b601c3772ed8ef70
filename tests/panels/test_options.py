from __future__ import annotations

import pytest

from switchy_nb.panels.options import refuse_unknown


def test_names_the_nearest_keyword() -> None:
    with pytest.raises(TypeError, match=r"CallPanel takes no keyword 'spi'; did you mean 'sip'\?"):
        refuse_unknown("CallPanel", ["spi"], ["sip", "theme"])


def test_lists_them_when_none_is_near() -> None:
    with pytest.raises(TypeError, match="there are sip, theme"):
        refuse_unknown("CallPanel", ["colour"], ["sip", "theme"])


def test_says_nothing_when_there_is_nothing_to_say() -> None:
    refuse_unknown("CallPanel", [], ["sip"])
