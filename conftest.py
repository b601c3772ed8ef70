"""What pytest has to know before it collects tests and notebooks in one run."""

from __future__ import annotations

import gc
import signal

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser/"

# A shell that starts what runs in the background has it ignore interrupts, and all its children too:
# then no test could see what an interrupt does.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Scheduling(LoadFileScheduling):
    """Gives a worker a file at a time; all that is in a browser to one, which then starts one."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling | None:
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the cells of a notebook back in order, which pytest-randomly shuffles like tests.

    What takes longest goes first: the tests in a browser, which one worker runs, then notebooks.
    """
    cells = [item for item in items if item.path.suffix == ".ipynb"]
    cells.sort(key=lambda cell: (cell.path, int(cell.name.removeprefix("Cell "))))
    browser = [item for item in items if item.nodeid.startswith(BROWSER)]
    first = {*browser, *cells}
    items[:] = browser + cells + [item for item in items if item not in first]


def pytest_collection_finish() -> None:
    """Spare what is there before the first test, and stays, from the collection of garbage."""
    gc.collect()
    gc.freeze()
