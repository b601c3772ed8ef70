"""A bar where there is somebody to see it, for work that takes long; and no half files."""

import io
import sys

import pyarrow
import pytest

from switchy_nb.errors import ConfigurationError
from switchy_nb.recording import Recording, progress
from switchy_nb.recording.rows import pieces
from switchy_nb.recording.stream import StreamWriter

tqdm = pytest.importorskip("tqdm")


class Bars(list):
    """The bars that were made, and what became of them."""

    def make(self, **options):
        bar = Bar(options)
        self.append(bar)
        return bar


class Bar:
    def __init__(self, options):
        self.options = options
        self.done = options["initial"]
        self.closed = False

    def update(self, step):
        self.done += step

    def close(self):
        self.closed = True


@pytest.fixture
def bars(monkeypatch):
    import tqdm.auto

    made = Bars()
    monkeypatch.setattr(tqdm.auto, "tqdm", made.make)
    return made


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by a tenth of a second whenever it is looked at."""
    now = iter(range(10**6))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now) / 10)


@pytest.fixture
def notebook(monkeypatch):
    monkeypatch.setattr(progress, "in_notebook", lambda: True)


def test_outside_a_notebook_there_is_none(bars, clock):
    assert list(progress.progress(range(100), what="x")) == list(range(100))
    assert bars == []


def test_in_a_notebook_there_is_one_after_a_second(bars, clock, notebook):
    seen = []
    for item in progress.progress(range(100), what="saving"):
        seen.append(len(bars))
        assert item == len(seen) - 1
    assert 0 < seen.index(1) < 20
    (bar,) = bars
    assert bar.options == {
        "total": 100,
        "initial": seen.index(1),
        "desc": "saving",
        "leave": False,
    }
    assert bar.done == 100
    assert bar.closed


def test_what_is_done_soon_shows_none(bars, clock, notebook):
    assert list(progress.progress(range(5))) == list(range(5))
    assert list(progress.progress(iter(range(12)), total=12)) == list(range(12))
    assert bars == [] or all(bar.closed for bar in bars)


def test_it_can_be_asked_for_and_refused(bars, clock, notebook):
    assert list(progress.progress(range(3), show=True)) == [0, 1, 2]
    assert [bar.done for bar in bars] == [3]
    assert list(progress.progress(range(100), show=False)) == list(range(100))
    assert len(bars) == 1


def test_an_interrupt_takes_the_bar_away(bars, clock, notebook):
    def work():
        yield from range(30)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(progress.progress(work(), total=100))
    assert [bar.closed for bar in bars] == [True]


def test_without_tqdm_work_goes_on_and_only_asking_for_a_bar_fails(clock, notebook, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert list(progress.progress(range(100))) == list(range(100))
    with pytest.raises(ConfigurationError, match=r"pip install 'switchy_nb\[lab\]'"):
        list(progress.progress(range(100), show=True))


def test_a_kernel_is_a_notebook_and_nothing_else_is(monkeypatch):
    class Shell:
        kernel = object()

    class IPython:
        shell = None

        @classmethod
        def get_ipython(cls):
            return cls.shell

    monkeypatch.setitem(sys.modules, "IPython", IPython)
    assert not progress.in_notebook()
    monkeypatch.setattr(IPython, "shell", object())
    assert not progress.in_notebook()
    monkeypatch.setattr(IPython, "shell", Shell())
    assert progress.in_notebook()


@pytest.mark.parametrize("partitioned", [False, True])
def test_saving_and_loading_show_how_far_they_are(partitioned, load, bars, tmp_path):
    load.save(tmp_path / "x", partitioned=partitioned, progress=True)
    Recording.load(tmp_path / "x", progress=True)
    saving, loading = bars
    assert (saving.options["desc"], loading.options["desc"]) == ("saving", "loading")
    for bar in bars:
        # how many pieces a folder's files make together is known to one only
        assert bar.options["total"] > 1
        assert abs(bar.done - bar.options["total"]) <= 1
        assert bar.closed


def test_wide_frames_and_redaction_show_how_far_they_are(record, bars):
    record("ten_calls").wide(progress=True)
    record("ten_calls").redact(progress=True)
    for bar in bars:
        assert bar.done == bar.options["total"] > 0
        assert bar.closed
    assert [bar.options["desc"] for bar in bars] == ["reading headers", "redacting"]


def test_the_real_bar_is_drawn_and_goes(monkeypatch, load, tmp_path):
    drawn = io.StringIO()
    monkeypatch.setattr(sys, "stderr", drawn)
    load.save(tmp_path / "x.parquet", progress=True)
    assert "saving" in drawn.getvalue()


@pytest.fixture
def streamed(load, tmp_path):
    """A stream of 600 calls."""
    path = tmp_path / "x.arrows"
    writer = StreamWriter(path, {"call_header": "x", "app_headers": [], "switch": "fs"})
    at = 0
    for core, raw in pieces(load._frames.core()):
        writer.write(core, raw, at, {})
        at += len(core)
    writer.close()
    return path


def test_a_stream_is_loaded_piece_by_piece_and_shows_how_far_it_is(
    load, streamed, bars, monkeypatch
):
    before, held = pyarrow.total_allocated_bytes(), []

    def update(bar, step):
        bar.done += step
        held.append(pyarrow.total_allocated_bytes() - before)

    monkeypatch.setattr(Bar, "update", update)
    again = Recording.load(streamed, progress=True)
    (bar,) = bars
    assert len(held) >= 8
    whole = sum(raw.nbytes for _, raw in pieces(load._frames.core()))
    assert max(held) < whole / 2
    assert bar.options["total"] == streamed.stat().st_size
    assert 0.98 * bar.options["total"] < bar.done <= bar.options["total"]
    assert bar.options["desc"] == "loading"
    assert bar.closed
    assert len(again) == len(load)
    assert again.event(len(load) - 1) == load.event(len(load) - 1)


def test_loading_a_stream_can_be_interrupted(streamed, monkeypatch):
    import tqdm.auto

    class Interrupting(Bar):
        def update(self, step):
            raise KeyboardInterrupt

    monkeypatch.setattr(tqdm.auto, "tqdm", lambda **options: Interrupting(options))
    with pytest.raises(KeyboardInterrupt):
        Recording.load(streamed, progress=True)
    monkeypatch.undo()
    assert len(Recording.load(streamed)) > 0


def test_an_interrupt_in_the_middle_leaves_no_half_file(load, tmp_path, monkeypatch):
    class Interrupting(Bar):
        def update(self, step):
            super().update(step)
            if self.done >= 3:
                raise KeyboardInterrupt

    import tqdm.auto

    monkeypatch.setattr(tqdm.auto, "tqdm", lambda **options: Interrupting(options))
    for partitioned in (False, True):
        with pytest.raises(KeyboardInterrupt):
            load.save(tmp_path / "x", partitioned=partitioned, progress=True)
    assert list(tmp_path.iterdir()) == []
    load.save(tmp_path / "x.parquet")
    with pytest.raises(KeyboardInterrupt):
        Recording.load(tmp_path / "x.parquet", progress=True)
