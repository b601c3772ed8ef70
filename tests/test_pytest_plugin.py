"""The fixtures that users of the package get in their own tests."""

from __future__ import annotations

import pytest

from switchy_nb.simswitch import SimSwitch, hangup

pytest_plugins = ["pytester"]


def test_a_simulated_switch_of_the_tests_own(simswitch: SimSwitch) -> None:
    assert simswitch.running
    assert simswitch.port > 0
    assert simswitch.speed == 1.0


@pytest.mark.simswitch(speed=10, sip="127.0.0.1:5099", password="other")
def test_the_marker_sets_it_up(simswitch: SimSwitch) -> None:
    assert (simswitch.speed, simswitch.sip) == (10.0, "127.0.0.1:5099")
    assert simswitch.password == "other"


def test_its_dial_plan_is_not_the_next_tests(simswitch: SimSwitch) -> None:
    assert "^1$" not in simswitch.dialplan
    simswitch.dialplan["^1$"] = [hangup()]


def test_its_dial_plan_was_not_the_last_tests(simswitch: SimSwitch) -> None:
    assert "^1$" not in simswitch.dialplan


def test_the_nearest_marker_has_the_last_word(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.simswitch(speed=2, seed=1)

        @pytest.mark.simswitch(speed=4)
        def test_it(simswitch):
            assert simswitch.speed == 4
        """
    )
    pytester.runpytest("-p", "no:randomly", "--strict-markers").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("simswitch(spede=4)", "*no option 'spede'; did you mean 'speed'?*"),
        ("simswitch(zzz=4)", "*no option 'zzz'; there are host, port, *"),
        ("simswitch(4)", "*takes options by name*"),
        ("simswitch(speed=-1)", "*speed=-1 is no factor*"),
    ],
)
def test_a_marker_that_cannot_be_says_so(pytester: pytest.Pytester, marker: str, says: str) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.{marker}
        def test_it(simswitch):
            pass
        """
    )
    result = pytester.runpytest("-p", "no:randomly")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([says])


def test_all_fixtures_are_told_of(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--fixtures")
    for name, says in (
        ("simswitch", "A simulated switch of the test's own"),
        ("switch", "The switch under the tests"),
        ("caller", "A `Caller` on that switch"),
        ("sip", "Where the switch's SIP profile listens"),
    ):
        result.stdout.fnmatch_lines([f"{name} *", f"*{says}*"], consecutive=True)
