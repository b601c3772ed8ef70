"""A cell that waits, and a person who has waited enough."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

CALL = """
from threading import enumerate as threads
from switchy_nb import sync_caller

manager = sync_caller()
caller = manager.__enter__()
sess, waitfor = caller("answer@127.0.0.1:5080", timeout=10)
print("the call is up")
"""
END = """
manager.__exit__(None, None, None)
print("left:", sorted(t.name for t in threads() if "switchy_nb" in t.name))
"""


@pytest.mark.parametrize(
    "wait",
    ["sess.wait('hungup', timeout=300)", "await sess.until('hungup', timeout=300)"],
    ids=["blocking", "awaiting"],
)
def test_an_interrupted_wait_ends_and_leaves_nothing(open_notebook, wait):
    notebook = open_notebook(CALL, f"print('waiting')\n{wait}", END)
    notebook.run(0)
    expect(notebook.outputs(0).last).to_contain_text("the call is up")

    notebook.run(1, wait=False)
    expect(notebook.outputs(1).first).to_contain_text("waiting")
    notebook.interrupt()
    expect(notebook.outputs(1).last).to_contain_text(
        re.compile("KeyboardInterrupt|CancelledError"), timeout=5_000
    )

    notebook.finished(1)
    notebook.run(2)
    expect(notebook.outputs(2).last).to_contain_text("left: ['switchy_nb hub']")
