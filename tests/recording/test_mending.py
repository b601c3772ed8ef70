"""Files that lost something on their way through other programs: what can be had of them is."""

import warnings

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording
from switchy_nb.recording.columns import DERIVED

FRAMES = ("events", "sessions", "calls", "jobs")


@pytest.fixture
def saved(record, tmp_path):
    """A recording, and the file that it was saved in."""
    recording = record("bridged_calls")
    recording.save(tmp_path / "x.parquet")
    return recording, tmp_path / "x.parquet"


def assert_same(one, other):
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, frame), getattr(other, frame))


def test_a_file_without_the_bytes_of_events_names_the_nearest_column(saved):
    _, path = saved
    table = pq.read_table(path)
    renamed = table.rename_columns([c.replace("raw", "raws") for c in table.column_names])
    pq.write_table(renamed.replace_schema_metadata(table.schema.metadata), path)
    with pytest.raises(RecordingError, match=r"without its column 'raw'.* the nearest is 'raws'"):
        Recording.load(path)
    pq.write_table(table.drop_columns(["raw"]), path)
    with pytest.raises(RecordingError, match=r"there are n, received, time"):
        Recording.load(path)


@pytest.mark.parametrize("left_out", [*DERIVED, "n", "call"])
def test_a_column_that_follows_from_the_bytes_is_read_again(left_out, saved):
    recording, path = saved
    pq.write_table(pq.read_table(path).drop_columns([left_out]), path)
    if left_out in DERIVED:
        with pytest.warns(UserWarning, match=f"no column '{left_out}'; the others were read out"):
            again = Recording.load(path)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            again = Recording.load(path)
    assert_same(recording, again)


def test_without_all_columns_but_the_bytes_there_is_still_a_recording(saved):
    recording, path = saved
    pq.write_table(pq.read_table(path).select(["raw"]).replace_schema_metadata(None), path)
    with pytest.warns(UserWarning, match=r"another program|cannot be known") as told:
        again = Recording.load(path)
    assert "another program wrote it" in str(told[0].message)
    assert "received, switch, kind cannot be known" in str(told[1].message)
    assert again.warnings == [str(one.message) for one in told]
    assert again._repr_html_().count("<dt>problem</dt>") == 2
    assert [again.event(n) for n in range(len(again))] == [
        recording.event(n) for n in range(len(recording))
    ]
    assert again.events["received"].isna().all()
    assert again.sessions.index.tolist() == recording.sessions.index.tolist()


def test_json_events_are_known_by_their_first_byte(record, tmp_path):
    record("wire_json").save(tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    pq.write_table(table.drop_columns(["kind", "name"]), tmp_path / "x.parquet")
    with pytest.warns(UserWarning, match="kind cannot be known"):
        again = Recording.load(tmp_path / "x.parquet")
    assert_same(record("wire_json"), again)


def test_what_duckdb_made_of_a_recording_is_a_recording(saved, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    recording, path = saved
    leg = recording.sessions.index[0]
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        query = f"select * from '{path}' where session = '{leg}'"
        connection.execute(f"copy ({query}) to '{tmp_path / 'y.parquet'}' (format parquet)")
    with pytest.warns(UserWarning, match="another program wrote it"):
        again = Recording.load(tmp_path / "y.parquet")
    assert again.sessions.index.tolist() == [leg]
    assert len(again) == (recording.events["session"] == leg).sum()


def test_a_damaged_part_costs_its_rows_only(load, tmp_path):
    path = tmp_path / "x.parquet"
    load.save(path)
    metadata = pq.read_metadata(path)
    column = metadata.row_group(2).column(metadata.num_columns - 1)
    content = bytearray(path.read_bytes())
    start = column.data_page_offset
    content[start : start + 2000] = bytes(2000)
    path.write_bytes(content)
    lost = metadata.row_group(2).num_rows
    with pytest.warns(UserWarning, match=f"damaged: {lost:,} of its {len(load):,} rows"):
        again = Recording.load(path)
    assert len(again) == len(load) - lost
    before = metadata.row_group(0).num_rows + metadata.row_group(1).num_rows
    assert again.event(before).raw == load.event(before + lost).raw


@pytest.mark.parametrize(
    ("column", "values"), [("kind", [9]), ("raw", [None]), ("received", ["yesterday"])]
)
def test_rows_that_cannot_be_are_not_taken(column, values, saved):
    _, path = saved
    table = pq.read_table(path)
    at = table.schema.get_field_index(column)
    kind = {"kind": pa.int8(), "raw": pa.binary(), "received": pa.string()}[column]
    table = table.set_column(at, column, pa.array(values * len(table), kind))
    pq.write_table(table, path)
    with pytest.raises(RecordingError, match="damaged, and cannot be read"):
        Recording.load(path)


@pytest.mark.parametrize("said", [b"no JSON", b"[]", b'{"version": "x"}', b'{"version": 1}'])
def test_a_file_that_says_nonsense_of_itself_is_damaged(said, saved):
    _, path = saved
    pq.write_table(pq.read_table(path).replace_schema_metadata({b"switchy_nb": said}), path)
    with pytest.raises(RecordingError, match="what it says of itself cannot be read"):
        Recording.load(path)


def test_damaged_commands_cost_the_commands_only(saved):
    recording, path = saved
    table = pq.read_table(path)
    metadata = {**table.schema.metadata, b"switchy_nb.commands": b"no base64!"}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.warns(UserWarning, match="commands are damaged and left out"):
        again = Recording.load(path)
    assert_same(recording, again)
