"""Headers as columns, and one header as a Series."""

import pandas as pd
import pytest

from switchy_nb.recording import Recording
from switchy_nb.wire import Event


@pytest.mark.parametrize("name", ["bridged_calls", "hostile_values", "wire_json"])
def test_every_header_of_every_event_is_there(name, record):
    recording = record(name)
    wide = recording.wide()
    assert wide.index.name == "n"
    assert len(wide) == len(recording)
    rows = wide.astype(object).where(wide.notna(), None).to_dict("records")
    for n, row in enumerate(rows):
        event = recording.event(n)
        there = {key.lower(): value for key, value in row.items() if value is not None}
        assert there == {key.lower(): event[key] for key in event}


def test_headers_differing_by_case_are_one_column_and_the_first_counts():
    recording = Recording()
    recording.append(Event(b"Event-Name: A\nX-One: 1\nx-one: 2\nempty: _undef_\n\nX-Two: body"), 1)
    recording.append(Event(b"event-name: B\nx-one: 3\n\n"), 2)
    wide = recording.wide()
    assert list(wide.columns) == ["Event-Name", "X-One", "empty"]
    assert wide["X-One"].tolist() == ["1", "3"]
    assert wide["Event-Name"].tolist() == ["A", "B"]
    assert wide.loc[0, "empty"] == ""
    assert pd.isna(wide.loc[1, "empty"])
    assert recording.header("empty")[0] == ""
    assert recording.header("EMPTY").isna().tolist() == [False, True]


def test_a_header_is_a_series_of_text(record, events_of):
    recording = record("ten_calls")
    series = recording.header("variable_sip_call_id")
    assert (series.index.name, series.name) == ("n", "variable_sip_call_id")
    assert str(series.dtype) == "str"
    assert [None if pd.isna(v) else v for v in series] == [
        event.get("variable_sip_call_id") for event in events_of("ten_calls")
    ]
    assert recording.header("no such header", required=False).isna().all()


def test_values_that_repeat_are_kept_once(load):
    wide = load.wide()
    assert isinstance(wide["FreeSWITCH-Hostname"].dtype, pd.CategoricalDtype)
    assert str(wide["Event-Sequence"].dtype) == "str"
    assert wide.shape == (33_002, 279)
