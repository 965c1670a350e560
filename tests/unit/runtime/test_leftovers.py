import os
import subprocess

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.leftovers import Journal, boot, clean, entries, started


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "journal"


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_what_was_dropped_is_not_there(path):
    journal = Journal(path)
    journal.add("netns", "a")
    journal.add("netns", "b")
    journal.drop("netns", "a")
    assert entries(path) == [("netns", "b")]


def test_a_torn_line_is_left_out(path):
    Journal(path).add("netns", "a")
    with path.open("a") as file:
        file.write('{"add": ["netns", "b')
    assert entries(path) == [("netns", "a")]


def test_a_journal_is_gone_when_it_is_closed(path):
    Journal(path).close()
    assert not path.exists() and entries(path) == [] and clean(path) == []


def test_a_process_that_was_noted_is_killed(path, sleeper):
    Journal(path).add_process(sleeper.pid)
    assert len(clean(path)) == 1
    assert sleeper.wait(5) == -9


@pytest.mark.parametrize("name", ["{pid} 1 {boot}", "{pid} {start} another-boot"])
def test_a_process_that_has_anothers_number_lives_on(path, sleeper, name):
    start = started(sleeper.pid)
    Journal(path).add("process", name.format(pid=sleeper.pid, start=start, boot=boot()))
    assert clean(path) == []
    assert sleeper.poll() is None


def test_a_process_that_has_ended_has_no_start():
    process = subprocess.Popen(["true"])
    process.wait()
    with pytest.raises(ProcessLookupError):
        started(process.pid)


def test_our_own_start_does_not_change():
    assert started(os.getpid()) == started(os.getpid())


def test_what_is_not_known_is_said(path):
    Journal(path).add("moon", "x")
    with pytest.raises(LateenError, match="'moon'"):
        clean(path)
