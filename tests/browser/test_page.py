"""The dashboard as a page without code, by Voilà: nothing is fetched from elsewhere."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from helpers import eventually
from playwright.sync_api import Browser, Locator, Page, Request, expect

from browser.contrast import faint


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """The page, and all that it asked for."""

    def __init__(self, chromium: Browser, where: str) -> None:
        self.page: Page = chromium.new_page(viewport={"width": 1280, "height": 1000})
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
        self.page.goto(where, timeout=60_000)

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)

    @property
    def elsewhere(self) -> list[str]:
        """What was asked of other machines."""
        hosts = ("localhost", "127.0.0.1", "")
        return [url for url in self.asked if urlsplit(url).hostname not in hosts
                and not url.startswith(("data:", "blob:"))]  # fmt: skip

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def says(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("status").filter(has_text=words)

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()


@pytest.fixture(params=[(), ("--dark",)], ids=["light", "dark"])
def served(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Served]:
    """What `switchy-nb app` serves, in a browser."""
    port = free_port()
    command = [sys.executable, "-m", "switchy_nb.cli", "app", "--no-browser", "--port", str(port)]
    with subprocess.Popen([*command, *request.param], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        where = re.search(r"http://\S+", process.stdout.readline())
        assert where is not None

        def listening() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        eventually(listening, 60, "the page to be there")
        made = Served(chromium, where[0])
        yield made
        made.page.close()
        process.terminate()
        process.wait(20)
    assert made.errors == []


@pytest.mark.timeout(240)
def test_connect_dial_watch_and_hang_up_without_code(served: Served) -> None:
    page = served.page
    served.button("Use the simulated switch").click(timeout=60_000)
    expect(served.says("the link is up").first).to_be_visible(timeout=30_000)
    served.tab("Calls")
    destination = page.get_by_label("Destination", exact=True)
    expect(destination).to_have_value(re.compile("@127.0.0.1:"))
    sip = destination.input_value().partition("@")[2]
    destination.fill(f"ringanswer@{sip}")
    served.button("Dial").click()
    expect(served.says(f"ringanswer@{sip}: up").first).to_be_visible(timeout=15_000)
    served.tab("Events")
    grid = page.get_by_role("grid", name="Events")
    expect(grid.get_by_role("row").filter(has_text="CHANNEL_").first).to_be_visible()
    grid.get_by_role("row").filter(has_text="CHANNEL_").last.click()
    expect(page.get_by_role("grid", name="Headers")).to_contain_text("Unique-ID")
    texts = page.locator(".switchy-event-line > span:visible, .switchy-header-line > span:visible")
    assert faint(texts) == {}
    served.tab("Timeline")
    picture = page.get_by_role("img", name=re.compile("^Timeline of the selected call"))
    expect(picture).to_be_visible(timeout=30_000)
    served.tab("Calls")
    served.button("Hang up").click()
    expect(served.says(f"ringanswer@{sip}: ended after").first).to_be_visible(timeout=15_000)
    assert served.elsewhere == []
