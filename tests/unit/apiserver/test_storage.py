import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Change, Storage
from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.refs import Key

A, B = Key("ns", "a"), Key("ns", "b")


def body(value: int = 0) -> dict[str, Any]:
    return {"metadata": {"uid": "u"}, "value": value}


def open_storage(path: Path, **options: Any) -> Storage:
    return Storage(path / "api.db", clock=FakeClock(), **options)


def values(storage: Storage, **where: Any) -> dict[str, int]:
    return {key.name: msgspec.json.decode(body)["value"] for key, body in storage.objects("things", **where)}


def test_one_counter_numbers_all_writes(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    first = storage.put("things", A, body())
    second = storage.put("others", A, body())
    gone = storage.delete("things", A, first)
    versions = [int(raw["metadata"]["resourceVersion"]) for raw in (first, second, gone)]
    assert versions == [versions[0], versions[0] + 1, versions[0] + 2]
    assert storage.get("things", A) is None and storage.get("others", A) is not None


def test_a_list_is_read_as_of_a_revision(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    storage.put("things", A, body(1))
    storage.put("things", B, body(1))
    before = storage.revision
    storage.put("things", A, body(2))
    storage.delete("things", B, body(1))
    storage.put("things", Key("ns", "c"), body(1))
    assert values(storage, at=before) == {"a": 1, "b": 1}
    assert values(storage) == {"a": 2, "c": 1}
    assert values(storage, after=A) == {"c": 1} and values(storage, limit=1) == {"a": 2}
    assert values(storage, namespace="other") == {} and storage.count("things", "ns", A) == 1


def test_changes_tell_what_happened_and_what_was_before(tmp_path: Path) -> None:
    storage, heard = open_storage(tmp_path), list[Change]()
    storage.subscribe(heard.append)
    start = storage.revision
    storage.put("things", A, body(1))
    storage.put("others", A, body(1))
    storage.put("things", A, body(2))
    storage.delete("things", A, body(3))
    storage.put("things", A, body(4))
    changes = storage.changes("things", start)
    assert [change.type for change in changes] == ["ADDED", "MODIFIED", "DELETED", "ADDED"]
    assert changes == [change for change in heard if change.resource == "things"]
    assert msgspec.json.decode(changes[2].before or b"")["value"] == 2 and changes[3].before is None


def test_history_is_bounded_and_what_is_too_old_is_gone(tmp_path: Path) -> None:
    storage = open_storage(tmp_path, history=300)
    start = storage.revision
    for value in range(1100):
        storage.put("things", A, body(value))
    with pytest.raises(Refusal) as refused:
        storage.changes("things", start)
    assert refused.value.code == 410
    with pytest.raises(Refusal):
        storage.objects("things", at=start)
    assert len(storage.changes("things", storage.revision - 300)) == 300
    with sqlite3.connect(f"file:{tmp_path}/copy.db", uri=True) as copy:
        storage._db.backup(copy)
        assert copy.execute("SELECT count(*) FROM versions").fetchone()[0] < 300 + 256 + 2


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    storage.put("things", A, body(1))
    storage.delete("things", B, body(2))
    revision, floor = storage.revision, storage.floor
    storage.close()
    again = open_storage(tmp_path)
    assert (again.revision, again.floor, values(again)) == (revision, floor, {"a": 1})
    assert [change.type for change in again.changes("things", floor)] == ["ADDED", "DELETED"]


def test_a_new_file_takes_no_revision_of_an_old_one_for_its_own(tmp_path: Path) -> None:
    clock = FakeClock()
    old = Storage(tmp_path / "old.db", clock=clock)
    old.put("things", A, body())
    clock.advance(5)
    new = Storage(tmp_path / "new.db", clock=clock)
    with pytest.raises(Refusal):
        new.changes("things", old.revision)


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    storage.put("things", A, body())
    program = "import sys, pathlib; from lateen.apiserver.storage import Storage; Storage(pathlib.Path(sys.argv[1]))"
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "api.db")], capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0 and "in use by another process" in ended.stderr


WRITER = """
import pathlib, sys
from lateen.apiserver.storage import Storage
from lateen.base.refs import Key
storage = Storage(pathlib.Path(sys.argv[1]))
for number in range(100000):
    storage.put("things", Key("ns", f"n{number}"), {"metadata": {"uid": "u"}, "value": number})
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "api.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(200)]
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    found = set(values(Storage(path)).values())
    assert set(acknowledged) <= found and len(found) - len(acknowledged) <= 1


def test_a_full_disk_refuses_and_keeps_everything_as_it_was(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    storage.put("things", A, body(1))
    storage._db.execute("PRAGMA max_page_count = 60")
    revision, refused = storage.revision, None
    try:
        for number in range(100):
            storage.put("things", Key("ns", f"n{number}"), body() | {"filler": "x" * 8000})
            revision = storage.revision
    except Refusal as error:
        refused = error
    assert refused is not None and refused.code == 507 and "disk" in str(refused)
    assert storage.revision == revision and values(storage)["a"] == 1
    storage._db.execute("PRAGMA max_page_count = 100000")
    storage.put("things", A, body(2))
    assert values(storage)["a"] == 2 and storage._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


LIMITED = """
import pathlib, resource, signal, sys
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Storage
from lateen.base.refs import Key
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
storage = Storage(pathlib.Path(sys.argv[1]))
put = lambda name: storage.put("things", Key("ns", name), {"metadata": {"uid": "u"}, "value": 1, "x": "y" * 9000})
put("first")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
stored, codes = 0, set()
for number in range(60):
    try:
        put(f"n{number}")
        stored += 1
    except Refusal as refused:
        codes.add(refused.code)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
put("last")
assert codes and codes <= {500, 507}, codes
assert len(storage.objects("things")) == stored + 2
storage.close()
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs RLIMIT_FSIZE")
def test_a_file_that_cannot_grow_refuses_then_goes_on(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "api.db")], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    full = 2
    assert open_storage(tmp_path)._db.execute("PRAGMA synchronous").fetchone() == (full,)


def test_an_unusable_file_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "api.db").write_bytes(b"this is no database, and has been none" * 100)
    with pytest.raises(LateenError, match="cannot open"):
        open_storage(tmp_path)


steps = st.lists(st.tuples(st.sampled_from(["put", "delete"]), st.sampled_from("abc")), max_size=25)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_a_list_plus_the_changes_behind_it_is_the_next_list(
    tmp_path_factory: Any, script: list[tuple[str, str]]
) -> None:
    storage = open_storage(tmp_path_factory.mktemp("storage"))
    snapshots = {storage.revision: values(storage)}
    for number, (verb, name) in enumerate(script):
        key = Key("ns", name)
        if verb == "put":
            storage.put("things", key, body(number))
        elif storage.get("things", key):
            storage.delete("things", key, body(number))
        snapshots[storage.revision] = values(storage)
    for revision, expected in snapshots.items():
        state = values(storage, at=revision)
        assert state == expected
        for change in storage.changes("things", revision):
            if change.type == "DELETED":
                del state[change.key.name]
            else:
                assert (change.key.name in state) is (change.type == "MODIFIED")
                state[change.key.name] = msgspec.json.decode(change.body)["value"]
        assert state == values(storage)
    storage.close()
