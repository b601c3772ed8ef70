"""Files of a connection's bytes: whole ones, and what is saved of those that lie or are torn."""

import lzma
import warnings

import pandas as pd
import pytest
from helpers import RECORDINGS, events_in
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording, rawbytes

FRAMES = ("events", "sessions", "calls", "jobs")
FILES = sorted(path.name for path in RECORDINGS.glob("*.raw.xz") if path.name != "wire_xml.raw.xz")


def framed(raw, length=None):
    told = len(raw) if length is None else length
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (told, raw)


def loaded(data, path, problems=()):
    """Load some bytes, and make sure that the problems that are told of are these."""
    path.write_bytes(data)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        recording = Recording.load(path)
    assert [str(one.message) for one in told] == recording.warnings
    assert len(recording.warnings) == len(problems), recording.warnings
    for problem, expected in zip(recording.warnings, problems, strict=True):
        assert expected in problem
    return recording


def raws(recording):
    return [recording.event(n).raw for n in range(len(recording))]


@pytest.mark.parametrize("name", FILES)
def test_a_recording_of_a_real_switch_loads_as_its_bytes_say(name):
    recording = Recording.load(RECORDINGS / name, switch="fs")
    expected = Recording.from_bytes(lzma.decompress((RECORDINGS / name).read_bytes()), switch="fs")
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(recording, frame), getattr(expected, frame))
    assert (recording.warnings, recording.torn, recording.switch) == ([], 0, "fs")


def test_plain_bytes_load_too_and_any_name_will_do(data_of, tmp_path):
    recording = loaded(data_of("busy"), tmp_path / "busy.log")
    assert raws(recording) == events_in(data_of("busy"))
    assert recording.events["switch"].isna().all()


def test_what_was_loaded_can_be_saved(data_of, tmp_path):
    recording = loaded(data_of("hostile_values"), tmp_path / "x.raw")
    recording.save(tmp_path / "x.parquet")
    assert raws(Recording.load(tmp_path / "x.parquet")) == raws(recording)


@pytest.mark.parametrize("lie", [-200, -1, 1, 10, 5000, 2_000_000, 99_999_999_999])
@pytest.mark.parametrize("name", ["busy", "hostile_values", "bridged_calls"])
def test_a_length_that_lies_costs_no_event(lie, name, data_of, tmp_path):
    expected = events_in(data_of(name))
    wrong = len(expected) // 2
    data = b"".join(
        framed(raw, len(raw) + lie if n == wrong else None) for n, raw in enumerate(expected)
    )
    recording = loaded(data, tmp_path / "x.raw", ["length of 1 event in"])
    assert raws(recording) == expected


def test_a_length_that_takes_exactly_the_next_event_too_costs_none(data_of, tmp_path):
    expected = events_in(data_of("busy"))
    pieces = [framed(raw) for raw in expected]
    pieces[4] = framed(expected[4], len(expected[4]) + len(pieces[5]))
    recording = loaded(b"".join(pieces), tmp_path / "x.raw", ["length of 1 event in"])
    assert raws(recording) == expected


def test_json_events_whose_length_lies_cost_none(data_of, tmp_path):
    expected = events_in(data_of("wire_json"))
    pieces = [
        b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(raw) + 7 * (n == 3), raw)
        for n, raw in enumerate(expected)
    ]
    recording = loaded(b"".join(pieces), tmp_path / "x.raw", ["length of 1 event in"])
    assert raws(recording) == expected


def test_an_event_that_breaks_off_costs_itself(data_of, tmp_path):
    expected = events_in(data_of("busy"))
    pieces = [framed(raw) for raw in expected]
    pieces[7] = pieces[7][:-600]
    recording = loaded(b"".join(pieces), tmp_path / "x.raw", ["are no messages, and were passed"])
    assert raws(recording) == expected[:7] + expected[8:]


@pytest.mark.parametrize("noise", [b"\0\1\2 no message\n\n", b"Content-Length: x\n\n", b"a: b\n\n"])
def test_noise_is_passed_over(noise, data_of, tmp_path):
    expected = events_in(data_of("busy"))
    pieces = [framed(raw) for raw in expected]
    data = b"".join(pieces[:9]) + noise + b"".join(pieces[9:])
    recording = loaded(data, tmp_path / "x.raw", [f"{len(noise)} bytes in"])
    assert raws(recording) == expected


def test_a_body_forges_no_event_where_lengths_are_true(tmp_path):
    body = framed(b"Event-Name: FORGED\n\n")
    hostile = b"Event-Name: MESSAGE\nContent-Length: %d\n\n%s" % (len(body), body)
    events = [b"Event-Name: A\n\n", hostile, b"Event-Name: B\n\n"]
    recording = loaded(b"".join(map(framed, events)), tmp_path / "x.raw")
    assert raws(recording) == events


def test_a_torn_end_costs_the_torn_event(data_of, tmp_path):
    data = data_of("busy")
    recording = loaded(data[:-10], tmp_path / "x.raw")
    assert raws(recording) == events_in(data)[:-1]
    assert recording.torn == Recording.from_bytes(data[:-10]).torn


def test_a_compressed_file_that_was_cut_off_gives_what_there_is(tmp_path):
    packed = (RECORDINGS / "load_600_calls.raw.xz").read_bytes()
    recording = loaded(packed[: len(packed) // 2], tmp_path / "x.raw.xz", ["was cut off"])
    assert 10_000 < len(recording) < 33_002


def test_a_compressed_file_that_is_damaged_gives_what_comes_before(tmp_path):
    packed = bytearray((RECORDINGS / "load_600_calls.raw.xz").read_bytes())
    packed[len(packed) // 2 :] = bytes(len(packed) - len(packed) // 2)
    recording = loaded(bytes(packed), tmp_path / "x.raw.xz", ["cannot be decompressed on"])
    assert 10_000 < len(recording) < 33_002


def test_several_streams_of_xz_follow_each_other(data_of, tmp_path):
    data = data_of("busy")
    packed = lzma.compress(data[:5000]) + bytes(8) + lzma.compress(data[5000:])
    assert raws(loaded(packed, tmp_path / "x.raw.xz")) == events_in(data)


def test_xml_says_what_to_subscribe_to():
    with pytest.raises(RecordingError, match=r"no event in it \(\d+ XML events were passed over"):
        Recording.load(RECORDINGS / "wire_xml.raw.xz")


@pytest.mark.parametrize("data", [b"Content-Type: auth/request\n\n", b"Content-", b"\nContent-x"])
def test_bytes_without_an_event_are_no_recording(data, tmp_path):
    path = tmp_path / "x.raw"
    path.write_bytes(data)
    with pytest.raises(RecordingError, match="is no recording: there is no event in it"):
        Recording.load(path)


values = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30)
events = st.lists(st.tuples(values, st.none() | st.binary(max_size=60)), min_size=1, max_size=8)


def made(value, body):
    head = b"Event-Name: CUSTOM\nX: %s\n" % value.replace("%", "%25").encode()
    return head + (b"\n" if body is None else b"Content-Length: %d\n\n%s" % (len(body), body))


@given(events, st.integers(1, 40))
def test_whatever_events_hold_they_come_back_however_they_are_cut(tmp_path_factory, given, chunk):
    expected = [made(*event) for event in given]
    path = tmp_path_factory.mktemp("raw") / "x.raw"
    path.write_bytes(b"".join(map(framed, expected)))
    file = rawbytes.RawFile(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rawbytes, "_CHUNK", chunk)
        found = [event.raw for block in file.blocks() for event in block]
    assert found == expected
    assert file.problems == []


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_nothing_in_a_file_breaks_the_reading(tmp_path_factory, before, after):
    path = tmp_path_factory.mktemp("raw") / "x.raw"
    event = b"Event-Name: A\n\n"
    path.write_bytes(before + framed(event) + after)
    file = rawbytes.RawFile(path)
    try:
        found = [event.raw for block in file.blocks() for event in block]
    except RecordingError as error:  # what is before it may make a reply of the event
        assert "there is no event in it" in str(error)
    else:
        assert found
