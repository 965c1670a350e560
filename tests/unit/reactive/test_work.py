"""The ledger that an engine's collections share."""

import logging

import pytest

from lateen.reactive.work import Work


def test_the_same_failure_of_the_same_task_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    work = Work(events=10)
    with caplog.at_level(logging.ERROR):
        work.failed("c", "k", ValueError("x"))
        work.failed("c", "k", ValueError("x"))
        work.failed("c", "k", ValueError("y"))
    assert [record.getMessage() for record in caplog.records] == ["computing c 'k' failed; its last result stands"] * 2
    assert work.errors == {("c", "k"): "ValueError: y"}
    work.recovered("c", "k")
    assert work.errors == {}


def test_writing_is_refused_while_tasks_run() -> None:
    work = Work(events=10)
    work.outside("c")
    work.running = True
    with pytest.raises(RuntimeError, match="wrote to c"):
        work.outside("c")
