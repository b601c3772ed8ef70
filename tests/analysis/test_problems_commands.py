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
