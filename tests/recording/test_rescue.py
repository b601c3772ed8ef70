"""Parquet files that lost their end or were damaged: what is whole in them is read, and no more."""

import random

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording, parquet
from switchy_nb.recording.pages import find_pages
from switchy_nb.recording.thrift import Kind, write_struct
from switchy_nb.wire import Event

FRAMES = ("events", "sessions", "calls", "jobs", "commands")
pytestmark = pytest.mark.filterwarnings("ignore:.*(cut off|damaged)")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A recording of five row groups, and the bytes of its file."""
    recording, path = Recording(), tmp_path_factory.mktemp("small") / "x.parquet"
    chance = random.Random(7)
    for n in range(400):
        names = {"Event-Name": "CHANNEL_STATE", "Unique-ID": f"leg-{n % 9}", "Event-Sequence": n}
        names |= {
            "Event-Date-Timestamp": 1_795_000_000_000_000 + n,
            "X-Noise": chance.randbytes(30).hex() * 90,
        }
        event = Event.make([(name, str(value)) for name, value in names.items()])
        recording._store.append(event.raw, 1_795_000_000_000_000 + n, 0, "fs")
    recording.command_sent("api", "status", 10, switch="fs")
    recording.save(path)
    table = pq.read_table(path)
    with parquet.open_writer(str(path), table.schema) as writer:
        writer.write_table(table, row_group_size=90)
    return recording, path.read_bytes()


def layout_of(path):
    with path.open("rb") as file:
        return find_pages(file, path.stat().st_size)


def raws(recording):
    return [recording.event(n).raw for n in range(recording.dropped, recording.received)]


def test_wherever_a_file_is_cut_the_events_before_it_are_read(small, tmp_path):
    recording, whole = small
    path, before, there = tmp_path / "x.parquet", raws(recording), set()
    for length in [4, *range(500, len(whole), len(whole) // 17), len(whole) - 9]:
        path.write_bytes(whole[:length])
        try:
            again = Recording.load(path)
        except RecordingError as error:
            assert "cut off" in str(error)
            assert not there, "what a shorter one gave, a longer one gives"
            continue
        assert raws(again) == before[: len(again)]
        columns = recording.events.columns.drop("call")  # what joined its legs is lost with the end
        pd.testing.assert_frame_equal(
            again.events[columns], recording.events[columns].iloc[: len(again)]
        )
        assert len(again.warnings) == 1
        assert f"{len(again):,} events" in again.warnings[0] or "nothing" in again.warnings[0]
        assert len(again) >= max(there, default=0)
        there.add(len(again))
    assert 400 in there
    assert any(count % 90 for count in there - {400}), (
        "the events before the tear in a row group, too"
    )


def test_a_file_that_lost_its_last_bytes_has_everything(small, tmp_path):
    recording, whole = small
    for torn in (whole[:-1], whole[:-8], whole + bytes(4096)):
        (tmp_path / "x.parquet").write_bytes(torn)
        with pytest.warns(UserWarning, match="in its last bytes; nothing of it is lost"):
            again = Recording.load(tmp_path / "x.parquet")
        for frame in FRAMES:
            pd.testing.assert_frame_equal(getattr(again, frame), getattr(recording, frame))


def test_it_says_where_it_was_cut_and_what_is_not_known(small, tmp_path):
    _, whole = small
    path = tmp_path / "x.parquet"
    path.write_bytes(whole)
    layout = layout_of(path)
    path.write_bytes(whole[: layout.end + 50])
    with pytest.warns(UserWarning, match=r"at its end, .* all 400 events .* Its commands,.*lost"):
        assert len(Recording.load(path).commands) == 0
    third = layout.groups[2][4].pages[0]
    path.write_bytes(whole[: third.data + 1])
    said = rf"behind byte {third.start:,} of {third.data + 1:,}: 180 events .* at least 90 more"
    with pytest.warns(UserWarning, match=said):
        Recording.load(path)
    path.write_bytes(whole[: layout.groups[2][0].pages[0].start])
    with pytest.warns(
        UserWarning, match="180 events before it could be read, how many more is not"
    ):
        Recording.load(path)


def test_events_keep_their_numbers(small, tmp_path):
    _, whole = small
    path = tmp_path / "x.parquet"
    path.write_bytes(whole)
    table = pq.read_table(path).slice(100)
    metadata = {**table.schema.metadata}
    metadata[b"switchy_nb"] = metadata[b"switchy_nb"].replace(b'"first": 0', b'"first": 100')
    with parquet.open_writer(str(path), table.schema.with_metadata(metadata)) as writer:
        writer.write_table(table.replace_schema_metadata(metadata))
    for torn in (0, 9):
        path.write_bytes(path.read_bytes()[: path.stat().st_size - torn])
        again = Recording.load(path)
        assert (again.dropped, len(again)) == (100, 300)


def test_one_byte_that_changed_is_noticed(small, tmp_path):
    recording, whole = small
    path, before = tmp_path / "x.parquet", raws(recording)
    path.write_bytes(whole)
    group = layout_of(path).groups[1]

    def damaged(at):
        content = bytearray(whole)
        content[at] ^= 1
        path.write_bytes(content)
        return Recording.load(path)

    with pytest.warns(UserWarning, match="90 of its 400 rows cannot be read"):
        assert raws(damaged(group[-1].pages[0].end - 20)) == before[:90] + before[180:]
    with pytest.warns(UserWarning, match="damaged in its column 'session'; .* read out of the ev"):
        again = damaged(group[6].pages[0].end - 1)
    pd.testing.assert_frame_equal(again.events, recording.events)
    with pytest.warns(UserWarning, match="damaged in its column 'received'; received cannot be"):
        again = damaged(group[1].pages[0].end - 1)
    assert again.events["received"].isna().sum() == 90


def test_a_torn_file_in_a_folder(small, tmp_path):
    recording, _ = small
    folder, both = tmp_path / "week", Recording()
    for n, raw in enumerate(raws(recording)):
        both._store.append(raw, 1_795_000_000_000_000 + n, 0, ("one", "two")[n % 2])
    both.command_sent("api", "status", 10, switch="two")
    both.save(folder, partitioned=True)
    torn = next(folder.rglob("switch=one/*.parquet"))
    whole = torn.read_bytes()
    torn.write_bytes(whole[:-100])
    with pytest.warns(UserWarning, match=r"switch=one.* cut off at its end, .* all 200 events"):
        again = Recording.load(folder)
    pd.testing.assert_frame_equal(again.events, both.events)
    pd.testing.assert_frame_equal(again.commands, both.commands)
    page = layout_of(torn).groups[0][-1].pages[0]
    torn.write_bytes(whole[: (page.data + page.end) // 2])
    with pytest.warns(UserWarning, match="at least .* more were in it"):
        again = Recording.load(folder)
    assert 200 < len(again) < 400
    assert set(raws(again)) < set(raws(both))
    torn.write_bytes(whole[: page.start])
    with pytest.warns(UserWarning, match="no event before it can be read.*left out"):
        assert len(Recording.load(folder)) == 200


def other_program(table, path):
    pq.write_table(table, path)


def duckdb_(table, path):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.register("t", table)
        connection.execute(f"copy t to '{path}' (format parquet, compression zstd)")


@pytest.mark.parametrize("write", [other_program, duckdb_])
def test_a_file_of_another_program_is_not_guessed_at(write, small, tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(small[1])
    write(pq.read_table(path), path)
    whole = path.read_bytes()
    for length in (len(whole) - 1, len(whole) - 100, len(whole) // 2):
        path.write_bytes(whole[:length])
        with pytest.raises(RecordingError, match="no event before it can be read"):
            Recording.load(path)


@pytest.mark.parametrize(
    "lie", [{2: 2**31 - 1}, {3: 2**31 - 1}, {3: -1}, {2: -5}, {"values": 2**31 - 1}]
)
@pytest.mark.parametrize("column", [0, 6, -1])
def test_sizes_that_cannot_be_are_not_believed(lie, column, small, tmp_path):
    _, whole = small
    path = tmp_path / "x.parquet"
    path.write_bytes(whole)
    page = layout_of(path).groups[1][column].pages[0]
    said = {1: (Kind.I32, lie.get("values", page.values)), 2: (Kind.I32, page.encoding)}
    said |= {3: (Kind.I32, 3), 4: (Kind.I32, 3)}
    header = {
        1: (Kind.I32, 2 if page.dictionary else 0),
        2: (Kind.I32, lie.get(2, page.room)),
        3: (Kind.I32, lie.get(3, page.end - page.data)),
        7 if page.dictionary else 5: (Kind.STRUCT, said),
    }
    path.write_bytes(whole[: page.start] + write_struct(header) + whole[page.data : -100])
    before = pa.total_allocated_bytes()
    again = Recording.load(path)
    assert raws(again)[:90] == raws(small[0])[:90]
    assert len(again) <= 180
    assert pa.total_allocated_bytes() - before < 50_000_000


@settings(max_examples=20)
@given(data=st.data())
def test_whatever_is_in_a_file_it_is_an_error_or_a_recording(data, small, tmp_path_factory):
    _, whole = small
    path = tmp_path_factory.getbasetemp() / "hostile.parquet"
    path.write_bytes(whole)
    pages = [p for g in layout_of(path).groups for chunk in g for p in chunk.pages]
    content = bytearray(whole)
    for page in data.draw(st.lists(st.sampled_from(pages), max_size=3)):
        at = data.draw(st.integers(page.start, page.data - 1))
        content[at : at + 1] = data.draw(st.binary(max_size=6))
    at = data.draw(st.integers(4, len(content)))
    content[at:at] = data.draw(st.binary(max_size=40))
    lost = data.draw(st.one_of(st.sampled_from([0, 1, 8, 9, 3000]), st.integers(0, len(whole) - 4)))
    path.write_bytes(content[: len(content) - lost])
    try:
        again = Recording.load(path)
    except RecordingError:
        return
    assert len(raws(again)) == len(again) == len(again.events)
