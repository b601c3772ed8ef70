"""Marks on an app's functions."""

from __future__ import annotations

from switchy_nb import event_callback, handler
from switchy_nb.apps import TonePlay
from switchy_nb.marks import Kind, get_callbacks, has_callbacks
from switchy_nb.wire import Event


def test_marks() -> None:
    assert has_callbacks(TonePlay)
    assert not has_callbacks(object())
    both = event_callback("A")(event_callback("B")(lambda sess: None))

    class App:
        on_both = staticmethod(both)

        @handler("C")
        def on_c(self, event: Event) -> None:
            """Do nothing."""

    assert [(e, k) for e, k, _ in get_callbacks(App())] == [
        ("C", Kind.HANDLER),
        ("B", Kind.CALLBACK),
        ("A", Kind.CALLBACK),
    ]
    assert [e for e, _, _ in get_callbacks(App(), skip=("on_both",))] == ["C"]
    assert [e for e, _, _ in get_callbacks(App(), only=Kind.CALLBACK)] == ["B", "A"]
