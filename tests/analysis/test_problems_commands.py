"""Which commands are told of as problems, and how."""

import pytest
from scenarios import with_commands

from switchy_nb.errors import TimeoutError


def test_commands_that_were_refused_are_told_as_they_were_typed():
    problems = with_commands("wrong_commands").problems()
    for line in ("nonsense", "filter", "event plain NO_SUCH_EVENT", "uuid_kill not-a-uuid"):
        assert f"The switch refused the command `{line}`." in list(problems["what"])


def test_a_wait_in_vain_is_no_command_that_was_refused(caller):
    sess, _ = caller(caller.url("answer"), timeout=5)
    sess.wait("PLAYBACK_START", timeout=5)
    with pytest.raises(TimeoutError):
        sess.wait("DTMF", 0)
    sess.hangup()
    sess.wait("CHANNEL_DESTROY", timeout=5)
    assert not caller.recording.problems().shape[0]
    assert "wait" not in caller.recording.explain(sess)
    assert "DTMF" not in caller.recording.call(sess).steps()


@pytest.mark.parametrize(
    ("leg", "seconds", "told"),
    [("its own", -0.001, False), ("its own", 0.1, False), ("its own", 5, True), ("none", -1, True)],
)
def test_a_command_that_crosses_with_its_legs_end_is_no_problem(leg, seconds, told):
    recording = with_commands("caller_hangs_up")
    assert recording.problems().empty
    ends = recording.events[recording.events["name"] == "CHANNEL_HANGUP"].iloc[0]
    sent = ends["received"].value // 1000 + int(seconds * 1e6)
    line = f"uuid_broadcast {ends['session'] if leg == 'its own' else leg} echo::"
    token = recording.command_sent("api", line, sent, switch="fs")
    recording.command_replied(token, sent + 1000, False, "-ERR invalid uuid\n")
    problems = recording.problems()
    assert list(problems["kind"]) == ["command refused"] * told
