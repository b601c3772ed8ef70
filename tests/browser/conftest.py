"""JupyterLab in a real Chromium: one server a run, one page in turn, one fresh kernel a notebook.

A test waits for what the page shows, and passes only if the page logged no error. Needs Chromium
(``CHROMIUM``, else the one on the PATH), which ``make`` installs; nothing is fetched from outside.
"""

from __future__ import annotations

import itertools
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from browser.panelpage import PANEL, Panel

READY = re.compile(r"(http://127\.0\.0\.1:\d+)/lab\?token=([0-9a-f]+)")
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
NUMBERED = re.compile(r"^\[\d+\]:$")
SIZE: ViewportSize = {"width": 1280, "height": 900}
START_WITHIN = 60
"""Seconds that the server, or a kernel, may take to be there on a busy machine."""

CURRENT = "window.jupyterapp.shell.currentWidget"

OpenNotebook = Callable[..., "NotebookPage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, so that it can be left out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, and the folder that it shows."""

    url: str
    token: str
    root: Path


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Run JupyterLab, with settings and a folder of its own."""
    home = tmp_path_factory.mktemp("lab")
    root = home / "notebooks"
    root.mkdir()
    write_settings(home / "settings")
    places = {
        f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")
    } | {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += [f"--ServerApp.root_dir={root}", "--allow-root", "--expose-app-in-browser"]
    server = subprocess.Popen(
        command,
        env=os.environ | places,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=drain, args=(server, said), name="lab-log", daemon=True)
    reader.start()
    try:
        url, token = address(said)
        yield Lab(url, token, root)
    finally:
        server.terminate()
        server.wait(30)
        reader.join(30)


def write_settings(folder: Path) -> None:
    """Ask nobody outside for news, and keep every cell on the page, on screen or off."""
    for plugin, name, text in (
        ("apputils-extension", "notification", '{"fetchNews": "false", "checkForUpdates": false}'),
        ("notebook-extension", "tracker", '{"windowingMode": "none"}'),
    ):
        path = folder / "@jupyterlab" / plugin / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")


def drain(server: subprocess.Popen[str], said: queue.Queue[str | None]) -> None:
    """Take what the server logs, so that it never waits for a reader; None at its end."""
    assert server.stdout is not None
    for line in server.stdout:
        said.put(line)
    said.put(None)


def address(said: queue.Queue[str | None]) -> tuple[str, str]:
    """Return the server's address and token, as soon as it has logged them."""
    lines = []
    while (line := said.get(timeout=START_WITHIN)) is not None:
        lines.append(line)
        if match := READY.search(line):
            return match[1], match[2]
    pytest.fail("JupyterLab ended instead of starting:\n" + "".join(lines))


# This folder's and not the session's: while playwright is up, no other test may run an event loop.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start Chromium, without a window."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None or not Path(path).exists():
        pytest.fail(
            "no Chromium here: 'make browser-test' installs it, or set CHROMIUM to its path"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=QUIET)
        yield browser
        browser.close()


class Pages:
    """Pages with JupyterLab in them: it takes seconds to load, so who needs one gets it in turn."""

    def __init__(self, chromium: Browser, lab: Lab) -> None:
        self._context = chromium.new_context(viewport=SIZE)
        # Each has a workspace of its own: a page that finds its own in use loads itself once more.
        self._address = f"{lab.url}/doc/workspaces/page-%d?token={lab.token}"
        self._numbers = itertools.count(1)
        self._free: list[Page] = []

    def take(self) -> Page:
        """Return a page in which no notebook is open."""
        if self._free:
            return self._free.pop()
        page = self._context.new_page()
        page.goto(self._address % next(self._numbers))
        page.wait_for_function(
            "() => window.jupyterapp?.restored.then(() => true)", timeout=START_WITHIN * 1000
        )
        return page

    def give_back(self, page: Page) -> None:
        """Put a page back into the state that it was in at first."""
        if page.locator(".jp-Dialog").count():  # a test that failed left JupyterLab asking
            page.close()
            return
        page.set_viewport_size(SIZE)
        page.mouse.move(0, 0)
        use_theme(page, "JupyterLab Light")
        self._context.clear_permissions()
        self._free.append(page)

    def close(self) -> None:
        self._context.close()


@pytest.fixture(scope="package")
def pages(chromium: Browser, lab: Lab) -> Iterator[Pages]:
    """Pages with JupyterLab in them."""
    made = Pages(chromium, lab)
    yield made
    made.close()


def use_theme(page: Page, name: str) -> None:
    """Put a page of JupyterLab into a theme, and wait until it is."""
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=name)


class NotebookPage:
    """A notebook, opened in JupyterLab, with its kernel up.

    Attributes
    ----------
    page : Page
        The browser's page.
    errors : list of str
        What the page logged as an error; a test must leave it empty.
    dialogs : list of str
        What the page asked or told in a dialog of the browser.
    """

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        self._heard: dict[str, Callable[..., None]] = {
            "pageerror": lambda error: self.errors.append(str(error)),
            "console": self._logged,
            "dialog": self._asked,
        }
        for kind, hear in self._heard.items():
            page.on(kind, hear)
        page.evaluate(
            """async path => {
                const open = window.jupyterapp.commands.execute('docmanager:open', {path});
                const widget = await open;
                await Promise.all([widget.context.ready, widget.revealed]);
            }""",
            name,
        )
        self.until_idle()

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def until_idle(self) -> None:
        """Wait until the kernel is there and does nothing: a cell sent earlier may be dropped."""
        kernel = "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"
        self.page.wait_for_function(
            f"() => {kernel}?.status === 'idle'", timeout=START_WITHIN * 1000
        )

    def run(self, index: int, *, wait: bool = True) -> None:
        """Run one cell; without `wait`, return when it has been sent to the kernel."""
        self.page.evaluate(
            f"""async ([index, wait]) => {{
                const notebook = {CURRENT}.content;
                notebook.activeCellIndex = index;
                notebook.deselectAll();
                const done = window.jupyterapp.commands.execute('notebook:run-cell');
                if (wait) await done;
            }}""",
            [index, wait],
        )

    def run_all(self) -> None:
        """Run all cells and wait for the last."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def interrupt(self) -> None:
        """Interrupt the kernel, as the stop button does."""
        self.page.evaluate(f"() => {CURRENT}.sessionContext.session.kernel.interrupt()")

    def use_theme(self, name: str) -> None:
        """Put the page into a theme, such as ``JupyterLab Dark``, and wait until it is."""
        use_theme(self.page, name)

    def cell(self, index: int) -> Locator:
        """Return the cell at a place, counted from 0, text cells included."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def finished(self, index: int) -> None:
        """Wait until a cell has been run to its end, which numbers it."""
        expect(self.cell(index).locator(".jp-InputPrompt")).to_have_text(
            NUMBERED, timeout=START_WITHIN * 1000
        )
        self.until_idle()

    def outputs(self, index: int) -> Locator:
        """Return the outputs of a cell."""
        return self.cell(index).locator(".jp-OutputArea-output")

    def close(self) -> None:
        """End the kernel, and close the notebook."""
        self.page.evaluate(
            f"""async () => {{
                const widget = {CURRENT};
                await widget.sessionContext.shutdown();
                await widget.context.save();  // else it asks whether to
                widget.dispose();
            }}"""
        )
        for kind, hear in self._heard.items():
            self.page.remove_listener(kind, hear)


@pytest.fixture
def open_notebook(lab: Lab, pages: Pages, tmp_path: Path) -> Iterator[OpenNotebook]:
    """Open a notebook's file, or the sources of code cells, each with a kernel of its own."""
    opened: list[NotebookPage] = []

    def open_(*sources: str | Path) -> NotebookPage:
        name = f"{tmp_path.name}-{len(opened)}.ipynb"
        if len(sources) == 1 and isinstance(sources[0], Path):
            shutil.copyfile(sources[0], lab.root / name)
        else:
            document = nbformat.v4.new_notebook(
                cells=[nbformat.v4.new_code_cell(source) for source in sources],
                metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            )
            nbformat.write(document, lab.root / name)
        opened.append(NotebookPage(pages.take(), name))
        return opened[-1]

    yield open_
    for notebook in opened:
        notebook.close()
        pages.give_back(notebook.page)
    assert [notebook.errors for notebook in opened if notebook.errors] == []


@pytest.fixture
def notebook(open_notebook: OpenNotebook) -> NotebookPage:
    """A notebook with a panel on a simulated switch, and cells that end either."""
    made = open_notebook(PANEL, "leaving.close()", "panel.close()")
    made.run(0)
    return made


@pytest.fixture
def panel(notebook: NotebookPage) -> Panel:
    """The panel in it."""
    return Panel(notebook)
