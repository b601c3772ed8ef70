"""The page about recordings and the files that are written agree, column by column."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from switchy_nb.recording import Recording
from switchy_nb.recording.columns import COLUMNS, file_schema
from switchy_nb.recording.schema import EVENTS

PAGE = (Path(__file__).parents[2] / "docs" / "recordings.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| `([^`]+)` \| (.+?) \|$", re.MULTILINE)


def table(heading):
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return ROW.findall(section)


def test_the_page_tells_every_column_in_order_with_its_type():
    told = [(name, kind) for name, kind, _ in table("The columns")]
    assert told == [(column.name, column.kind) for column in COLUMNS]
    assert told == [(field.name, str(field.type)) for field in file_schema()]


def test_the_page_tells_the_header_that_a_column_comes_from():
    for column, (_, _, meaning) in zip(COLUMNS, table("The columns"), strict=True):
        if column.source:
            assert re.findall(r"`([\w-]+)`", meaning)[0] == column.source


def test_a_file_has_these_columns(record, tmp_path):
    record("busy").save(tmp_path / "x.parquet")
    record("busy").save(tmp_path / "x", partitioned=True)
    assert pq.read_schema(tmp_path / "x.parquet").remove_metadata() == file_schema()
    (part,) = (tmp_path / "x").rglob("*.parquet")
    of_part = [field for field in file_schema() if field.name != "switch"]
    assert list(pq.read_schema(part).remove_metadata()) == of_part


def test_a_file_has_the_columns_of_the_frame():
    names = [column.name for column in COLUMNS]
    assert names == ["n", *EVENTS, "kind", "raw"]


def test_what_the_page_shows_works(record, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"recording": record("ten_calls"), "Recording": Recording}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(compile(block, "docs/recordings.md", "exec"), names)
    assert len(names["both"]) == len(names["recording"]) + len(names["one_call"])
    (query,) = re.findall(r"```sql\n--[^\n]*\n(.*?)```", PAGE, re.DOTALL)
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        assert connection.execute(query).fetchall() == [("fs", len(names["recording"]))]
