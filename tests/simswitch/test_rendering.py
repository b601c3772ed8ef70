"""Which frames a recording takes, held against what a real FreeSWITCH 1.11.1 wrote."""

from __future__ import annotations

from switchy_nb.simswitch.sound.rendering import Frames, frame_pairs

ON, OFF = b"\x01", b"\0"


def pairs(frames: Frames) -> list[tuple[int | None, int | None]]:
    return [(read, written) for _, read, written in frame_pairs(frames)]


def test_what_is_only_heard_loses_its_last_half_second() -> None:
    # two seconds of a tone that a parked leg heard: 12,000 samples
    assert len(pairs(Frames(0, 100, ON * 100, OFF * 100))) == 75


def test_what_is_heard_and_sent_is_whole() -> None:
    # two seconds on the leg that sent the tone: 16,000 samples
    taken = pairs(Frames(0, 100, ON * 100, ON * 100))
    assert len(taken) == 100
    assert taken[0] == (0, None)
    assert taken[1:] == [(n, n - 1) for n in range(1, 100)]


def test_what_is_sent_later_goes_with_what_was_heard_half_a_second_before() -> None:
    writes = OFF * 40 + ON * 15 + OFF * 45
    taken = pairs(Frames(0, 100, ON * 100, writes))
    assert len(taken) == 75
    mixed = [(read, written) for read, written in taken if written is not None]
    assert mixed == [(n - 24, n) for n in range(40, 55)]


def test_what_is_only_sent_is_thinned_out() -> None:
    taken = pairs(Frames(0, 60, ON * 60, ON * 60, has_read=False))
    assert all(read is None for read, _ in taken)
    assert 40 <= len(taken) < 55


def test_less_than_half_a_second_is_one_frame() -> None:
    assert pairs(Frames(5, 25, ON * 20, OFF * 20)) == [(5, None)]
    assert pairs(Frames(5, 5, b"", b"")) == []
    assert pairs(Frames(0, 50, OFF * 50, ON * 50)) == []


def test_digits_are_not_lost_in_the_end() -> None:
    taken = pairs(Frames(0, 50, ON * 50, OFF * 50, keep=45))
    assert taken == [(n, None) for n in range(45)]
