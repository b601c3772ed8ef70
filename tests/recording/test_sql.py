"""SQL over a recording: what the frames hold, and nothing else of the machine."""

import _thread
import sys
import threading

import pandas as pd
import pytest
from helpers import eventually

from switchy_nb.errors import ConfigurationError, RecordingError
from switchy_nb.recording import Recording, query
from switchy_nb.recording.keep import Keep

FRAMES = ("events", "sessions", "calls", "jobs", "commands")


@pytest.fixture
def ten(record) -> Recording:
    recording = record("ten_calls")
    recording.command_sent("api", "status", 10, switch="fs")
    return recording


@pytest.mark.parametrize("name", FRAMES)
def test_a_view_is_the_frame(name, ten):
    frame = getattr(ten, name)
    found = ten.sql(f"select * from {name}")
    # A column of flags or whole numbers without a gap has the plain type.
    pd.testing.assert_frame_equal(
        found.set_index(frame.index.name), frame, check_dtype=False, check_index_type=False
    )
    for column in frame:
        if str(frame[column].dtype) not in ("Int64", "boolean"):
            assert found[column].dtype == frame[column].dtype


def test_sums_and_counts_are_whole_numbers(ten):
    found = ten.sql(
        "select name, count(*) as n, sum(sequence) as total, avg(sequence) as mean, "
        "count(session) > 0 as of_leg from events group by name order by n desc, name"
    )
    counted = ten.events["name"].value_counts()
    assert dict(zip(found["name"], found["n"], strict=True)) == counted.to_dict()
    assert found["total"].sum() == ten.events["sequence"].sum()
    assert [str(kind) for kind in found.dtypes] == ["str", "int64", "int64", "float64", "bool"]


def test_missing_whole_numbers_stay_whole(ten):
    found = ten.sql("select null::bigint as a union all select 9007199254740993 order by a")
    assert found["a"].dtype == "Int64"
    assert found["a"][0] == 9007199254740993
    assert ten.sql("select 170141183460469231731687303715884105727 as a")["a"][0] > 1e38


def test_times_are_in_utc_on_whatever_machine(ten, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    found = ten.sql("select min(received) as since, strftime(min(received), '%H') as h from events")
    assert found["since"][0] == ten.events["received"].min()
    assert found["h"][0] == f"{ten.events['received'].min():%H}"
    assert str(found["since"].dtype) == "datetime64[us, UTC]"


def test_any_header_of_an_event(ten):
    name = "Caller-Destination-Number"
    found = ten.sql(f"select n, header(n, '{name}') as number from events order by n")
    expected = ten.header(name)
    assert found["number"].fillna("").tolist() == expected.fillna("").tolist()
    found = ten.sql("select header(n, 'caller-DESTINATION-number') h from events where n = 7")
    assert found["h"].fillna("")[0] == expected.fillna("")[7]


def test_a_header_as_a_table(ten):
    found = ten.sql("select * from header('Event-Calling-Function') order by n")
    assert found.columns.tolist() == ["n", "value"]
    assert found["value"].tolist() == ten.header("Event-Calling-Function").tolist()
    assert ten.sql("select count(value) as c from header('no such header')")["c"][0] == 0


def test_a_header_of_no_event_and_names_that_differ_by_row(ten):
    found = ten.sql(
        "select header(-1, 'Event-Name') a, header(999999, 'Event-Name') b, header(0, null) c, "
        "header(null, 'Event-Name') d, header(0, 'Event-Name') e"
    )
    assert found.iloc[0, :4].isna().all()
    assert found["e"][0] == ten.event(0).name
    mixed = ten.sql(
        "select header(n, if(n % 2 = 0, 'Event-Name', 'Event-Sequence')) h from events order by n"
    )
    assert mixed["h"][:2].tolist() == [ten.event(0).name, ten.event(1)["Event-Sequence"]]


def test_a_header_where_older_events_were_dropped(record):
    source = record("ten_calls")
    recording = Recording(keep=Keep(events=100))
    for n in range(len(source)):
        recording.append(source.event(n), n)
    assert recording.events.index[0] > 0
    found = recording.sql(
        "select n, header(n, 'Event-Sequence')::bigint as h, sequence from events"
    )
    assert found["n"].tolist() == recording.events.index.tolist()
    assert found["h"].tolist() == found["sequence"].tolist()


def test_a_large_recording_over_many_threads(load):
    found = load.sql(
        "select header(n, 'Event-Name') = name as same, count(*) as n from events group by all"
    )
    assert found["n"].sum() == len(load)
    assert found.loc[found["same"].fillna(False), "n"].sum() >= len(load) - 100


def test_values_are_given_beside_the_query(record):
    recording = record("hostile_values")
    evil = "x'; drop table events; --"
    assert len(recording.sql("select * from events where session = ?", [evil])) == 0
    leg = recording.sessions.index[0]
    found = recording.sql("select count(*) as n from events where session = $leg", {"leg": leg})
    assert found["n"][0] == (recording.events["session"] == leg).sum()


@pytest.mark.parametrize(
    "asked",
    [
        "select * from '{file}'",
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "select * from read_parquet('{file}')",
        "select * from glob('{folder}/*')",
        "select * from 'https://127.0.0.1/x.csv'",
        "copy events to '{folder}/out.csv'",
        "export database '{folder}/out'",
        "attach '{folder}/out.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set temp_directory = '{folder}'",
        "select getenv('HOME')",
        "select * from secret_frame",
        "pragma enable_profiling; pragma profiling_output = '{folder}/out.json'",
    ],
)
def test_a_query_sees_no_files_no_network_and_no_variables(asked, ten, tmp_path):
    file = tmp_path / "secret.csv"
    file.write_text("a,b\n1,2\n")
    secret_frame = pd.DataFrame({"a": [1]})
    with pytest.raises(RecordingError, match="the query could not be run"):
        ten.sql(asked.format(file=file, folder=tmp_path))
    assert len(secret_frame) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_a_query_changes_nothing(ten):
    before = ten.events
    assert ten.sql("create table mine as select 1 as a; select * from mine")["a"].tolist() == [1]
    with pytest.raises(RecordingError, match="mine"):
        ten.sql("select * from mine")
    with pytest.raises(RecordingError):
        ten.sql("drop table events")
    pd.testing.assert_frame_equal(ten.events, before)


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("select * from event", r"did you mean events\? There are the tables events, sessions"),
        ("select * from zzz", "There are the tables events, sessions, calls, jobs, commands"),
        ("select hangup_couse from events", "hangup_cause"),
        ("selekt", "syntax error"),
        ("select * from events where n = ?", "parameter"),
    ],
)
def test_a_query_that_cannot_be_run_says_why(asked, hint, ten):
    with pytest.raises(RecordingError, match=rf"(?s)could not be run.*{hint}"):
        ten.sql(asked)


@pytest.mark.parametrize("asked", ["", " ;", "-- nothing"])
def test_a_query_that_holds_nothing_says_so(asked, ten):
    with pytest.raises(RecordingError, match="the query is empty"):
        ten.sql(asked)


def test_the_tables_can_be_listed(ten):
    assert set(ten.sql("show tables")["name"]) == set(FRAMES)


def test_an_empty_recording_has_its_tables():
    for name in FRAMES:
        assert len(Recording().sql(f"select * from {name}")) == 0
    assert len(Recording().sql("select * from header('Event-Name')")) == 0


LONG = (
    "select sum(a.n * b.n + c.n) from events a, events b, events c",
    "select sum(a.range * b.range % 7) from range(2000000) a, range(2000000) b",
    "select count(*) from header('Event-Name') a, header('Unique-ID') b, events c",
)


def of_the_query():
    """Where the query's thread is: its innermost frame, and the instruction in there; or None."""
    thread = next((t for t in threading.enumerate() if t.name == "switchy_nb sql"), None)
    frame = thread and sys._current_frames().get(thread.ident)
    return frame and (frame, frame.f_lasti)


@pytest.mark.parametrize("statement", LONG)
def test_a_long_query_can_be_interrupted(load, statement, monkeypatch):
    """Ctrl-C while DuckDB runs, not before it."""
    prepared = threading.Event()

    def connected(text, of=query._mentioned):
        prepared.set()
        return of(text)

    def interrupt():
        assert prepared.wait(30)
        seen = []

        def stays():
            """It is at one instruction of ours for long: DuckDB has it."""
            seen.append(of_the_query())
            return len(seen) > 40 and seen[-1] is not None and len(set(seen[-40:])) == 1

        eventually(stays, 60, "DuckDB to run")
        _thread.interrupt_main()

    monkeypatch.setattr(query, "_mentioned", connected)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            load.sql(statement)
    finally:
        thread.join()
    eventually(lambda: of_the_query() is None, 10, "the query to end")


def test_without_duckdb_it_says_how_to_get_it(ten, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'switchy_nb\[sql\]'"):
        ten.sql("select 1")


def test_a_header_that_was_mistyped_is_told_of_with_the_nearest_name(ten):
    with pytest.warns(
        UserWarning, match="no event has a header 'Uniqe-ID'; .* 'Unique-ID'"
    ) as told:
        found = ten.sql("select header(n, 'Uniqe-ID') as leg from events")
    assert found["leg"].isna().all()
    assert (len(told), told[0].filename) == (1, __file__)
