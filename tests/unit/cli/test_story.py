"""A story goes on only as long as it is true."""

import pytest

from lateen.base.errors import LateenError
from lateen.cli.story import Story


def test_steps_are_numbered_and_told_with_what_was_done_and_seen(capsys: pytest.CaptureFixture[str]) -> None:
    story = Story("A day")
    story.step("Get up")
    story.did("alarm off")
    story.holds("it is day")
    story.step("Go")
    story.end("Done.")
    out = capsys.readouterr().out.splitlines()
    assert out[:6] == ["A day", "", "1. Get up", "   $ alarm off", "   ✓ it is day", ""]
    assert out[6] == "2. Go"
    assert out[-1].startswith("Done. (2 steps, ")


def test_an_observation_that_does_not_hold_ends_the_story(capsys: pytest.CaptureFixture[str]) -> None:
    story = Story("A day")
    story.step("Get up")
    with pytest.raises(LateenError, match="step 1 does not hold: it is day\nclouds"):
        story.holds("it is day", False, "clouds")
    assert "✗ it is day" in capsys.readouterr().out


async def test_what_becomes_true_says_after_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter([False, True])

    async def look() -> bool:
        return next(answers)

    waited = await Story("A day").becomes("it is day", look, 5)
    assert 0 < waited < 5
    assert "✓ it is day (after 0." in capsys.readouterr().out


async def test_what_does_not_become_true_in_time_ends_the_story() -> None:
    async def look() -> bool:
        return False

    with pytest.raises(LateenError, match=r"does not hold: it is day\nwaited 0 s for it is day"):
        await Story("A day").becomes("it is day", look, 0)
