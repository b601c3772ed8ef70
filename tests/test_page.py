"""The dashboard as a page: what is checked before it is served, and that nothing is fetched for it."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers import eventually

from switchy_nb import cli, page
from switchy_nb.errors import ConfigurationError

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_without_voila_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "voila" else found(name)
    )
    result = CliRunner().invoke(cli.main, ["app", "--no-browser"])
    assert result.exit_code == 1
    assert "pip install 'switchy_nb[app]'" in result.output


def test_a_port_that_is_taken_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(cli.main, ["app", "--no-browser", "--port", str(port)])
    assert result.exit_code == 1
    assert f"cannot be served on port {port}" in result.output
    assert "--port" in result.output


def test_a_notebook_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError, match=r"there is no notebook .*nothing\.ipynb"):
        page.check(free_port(), Path("nothing.ipynb"))


def test_the_notebook_beside_the_others_is_the_same_page() -> None:
    def sources(path: Path) -> list[str]:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells]

    assert sources(NOTEBOOKS / "dialer.ipynb") == sources(page.NOTEBOOK)


def test_a_browser_is_opened_when_the_page_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(page.webbrowser, "open", opened.append)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        page.open_soon("http://localhost/?token=x", port)
        assert opened == []
        server.listen()
        eventually(lambda: opened == ["http://localhost/?token=x"])


@pytest.fixture
def served() -> Iterator[str]:
    """The page as `switchy-nb app` serves it; its address, as it is printed."""
    command = [sys.executable, "-m", "switchy_nb.cli", "app", "--no-browser", "--port"]
    with subprocess.Popen(
        [*command, str(free_port())], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        where = re.search(r"http://\S+", process.stdout.readline())
        assert where is not None
        yield where[0]
        process.terminate()
        assert process.wait(20) == 0


def read(where: str) -> str:
    with urllib.request.urlopen(where, timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
def test_it_is_served_to_whoever_has_the_token_and_fetches_nothing(served: str) -> None:
    def there() -> str:
        try:
            return read(served)
        except urllib.error.URLError:
            return ""

    html = eventually(there, 60, "the page to be there")
    assert "voila" in html
    fetched = re.findall(r'<(?:link|script|img)\b[^>]*\b(?:src|href)="(https?://[^"]*)', html)
    assert fetched == []
    assert "cdn.jsdelivr.net/npm/@fortawesome" in html  # what Voilà would have fetched
    assert "password" in read(served.partition("?")[0]).lower()  # a login, and not the page
