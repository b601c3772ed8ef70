"""What the page about pictures shows is tried as it stands there."""

import re
from pathlib import Path

from matplotlib.figure import Figure
from scenarios import with_commands

PAGE = Path(__file__).parents[2] / "docs" / "pictures.md"


def test_each_line_draws_a_picture():
    recording = with_commands("bridged_calls")
    names = {"recording": recording}
    lines = [
        line
        for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(lines) > 10
    for line in lines:
        if line.startswith("recording."):
            assert isinstance(eval(line.partition("#")[0], names), Figure)
        else:
            exec(line, names)


def test_every_picture_is_on_the_page():
    from switchy_nb import plots

    text = PAGE.read_text("utf-8")
    for name in plots.__all__:
        assert f"recording.{name}(" in text
