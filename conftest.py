"""What pytest has to know before it collects tests and notebooks in one run."""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the cells of a notebook back in order, which pytest-randomly shuffles like tests.

    Notebooks go first: they take longest, and one worker runs all cells of one.
    """
    cells = [item for item in items if item.path.suffix == ".ipynb"]
    cells.sort(key=lambda cell: (cell.path, int(cell.name.removeprefix("Cell "))))
    items[:] = cells + [item for item in items if item.path.suffix != ".ipynb"]
