"""Keep every object and its recent versions in one SQLite file; one counter numbers all writes.

A row is one version of an object, visible from its own revision `rv` until the revision `until` that replaced it
(NULL: the object as it stands). A deletion leaves a tombstone: a row whose `rv` is its `until`, so that no list sees
it and every watch does. Thus a list can be read as of any revision that the history still reaches, and a watch can
resume behind it.

The file is written through a write-ahead log with synchronous=FULL: a write is acknowledged when the disk has it, and
then survives kill -9 of this process, a crash of the machine and a power cut (docs/adr/0008).
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from lateen.apiserver.status import Refusal
from lateen.base.clock import Clock, SystemClock
from lateen.base.errors import LateenError
from lateen.base.refs import Key

HISTORY = 10_000  # revisions that a watch can resume behind
_SWEEP = 256  # writes between two sweeps of the history, at most

_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
  rv INTEGER PRIMARY KEY,
  until INTEGER,
  resource TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  uid TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS standing ON versions (resource, namespace, name) WHERE until IS NULL;
CREATE INDEX IF NOT EXISTS replaced ON versions (until) WHERE until IS NOT NULL;
CREATE INDEX IF NOT EXISTS revisions ON versions (resource, rv);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""
_CHANGES = """
SELECT now.rv, now.until, now.namespace, now.name, now.body, past.body
FROM versions AS now LEFT JOIN versions AS past ON past.until = now.rv AND past.rv < now.rv
WHERE now.resource = ? AND now.rv > ? ORDER BY now.rv LIMIT ?
"""


class Change(NamedTuple):
    """One write. `type`: ADDED, MODIFIED or DELETED; `before`: the body it replaced, None when there was none."""

    type: str
    resource: str
    key: Key
    revision: int
    body: bytes
    before: bytes | None


class Storage:
    """All objects, in one file. Not for use by two processes at once: the second is refused.

    Every call is one transaction, done or not done at all. A disk that is full or cannot be written gives Refusal 507
    or 500, and leaves everything as it was. Bodies are JSON with metadata.resourceVersion set.
    """

    def __init__(self, path: Path, *, history: int = HISTORY, clock: Clock | None = None) -> None:
        self._path, self._history = path, history
        self._subscribers: list[Callable[[Change], None]] = []
        try:
            self._db = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
            self._open(clock or SystemClock())
        except sqlite3.Error as error:
            raise _unusable(path, error) from error

    def _open(self, clock: Clock) -> None:
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        # A new file begins at the clock: a revision of an earlier file is then always "too old", never mistaken for
        # one of this file.
        born = int(clock.now()) * 1000
        self._db.execute("INSERT OR IGNORE INTO counters VALUES ('floor', ?)", (born,))
        self.floor: int = self._db.execute("SELECT value FROM counters WHERE name = 'floor'").fetchone()[0]
        newest = self._db.execute("SELECT max(rv) FROM versions").fetchone()[0]
        self.revision: int = max(newest or 0, self.floor)

    def close(self) -> None:
        """Write the log back into the file and close it."""
        self._db.close()

    def subscribe(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` after every write, in order; it must not write itself."""
        self._subscribers.append(listener)

    def get(self, resource: str, key: Key) -> bytes | None:
        """The body of an object as it stands."""
        query = "SELECT body FROM versions WHERE resource = ? AND namespace = ? AND name = ? AND until IS NULL"
        row = self._read(query, (resource, *key)).fetchone()
        return row[0] if row else None

    def objects(
        self, resource: str, namespace: str = "", *, at: int = 0, after: Key | None = None, limit: int = -1
    ) -> list[tuple[Key, bytes]]:
        """Objects as they stand, or stood `at` a revision, in order of keys behind `after`; all namespaces for "".

        Raises Refusal 410 when the history does not reach back to `at`.
        """
        if at and at < self.floor:
            raise Refusal(410, "The provided continue parameter is too old: list again without it")
        where, values = ["resource = ?"], [resource]
        if at and at < self.revision:
            where.append(f"rv <= {at:d} AND (until IS NULL OR until > {at:d})")
        else:
            where.append("until IS NULL")
        if namespace:
            where.append("namespace = ?")
            values.append(namespace)
        if after is not None:
            where.append("(namespace, name) > (?, ?)")
            values += after
        query = f"SELECT namespace, name, body FROM versions WHERE {' AND '.join(where)} ORDER BY namespace, name"  # noqa: S608
        rows = self._read(f"{query} LIMIT {limit:d}", tuple(values))
        return [(Key(row[0], row[1]), row[2]) for row in rows]

    def count(self, resource: str, namespace: str = "", after: Key | None = None) -> int:
        """How many objects stand behind `after`."""
        query = "SELECT count(*) FROM versions WHERE resource = ? AND until IS NULL AND (namespace, name) > (?, ?)"
        narrowed = f"{query} AND namespace = ?" if namespace else query
        values = (resource, *(after or Key("", "")), *((namespace,) if namespace else ()))
        found: int = self._read(narrowed, values).fetchone()[0]
        return found

    def changes(self, resource: str, since: int, limit: int = 1000) -> list[Change]:
        """Writes to a resource after the revision `since`, oldest first, at most `limit`.

        Raises Refusal 410 when the history does not reach back to `since`.
        """
        if since < self.floor:
            raise Refusal(410, f"too old resource version: {since} ({self.floor})")
        rows = self._read(_CHANGES, (resource, since, limit))
        return [_change(resource, *row) for row in rows]

    def put(self, resource: str, key: Key, raw: dict[str, Any]) -> dict[str, Any]:
        """Store an object and return it as stored: with its new metadata.resourceVersion."""
        revision = self.revision + 1
        raw = raw | {"metadata": raw["metadata"] | {"resourceVersion": str(revision)}}
        self._write(resource, key, raw, revision, deleted=False)
        return raw

    def delete(self, resource: str, key: Key, raw: dict[str, Any]) -> dict[str, Any]:
        """Remove an object, of which `raw` is the last state; returns it with the revision of its deletion."""
        revision = self.revision + 1
        raw = raw | {"metadata": raw["metadata"] | {"resourceVersion": str(revision)}}
        self._write(resource, key, raw, revision, deleted=True)
        return raw

    def _write(self, resource: str, key: Key, raw: dict[str, Any], revision: int, *, deleted: bool) -> None:
        body = msgspec.json.encode(raw)
        before = self.get(resource, key)
        with self._transaction():
            self._db.execute(
                "UPDATE versions SET until = ? WHERE resource = ? AND namespace = ? AND name = ? AND until IS NULL",
                (revision, resource, *key),
            )
            self._db.execute(
                "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)",
                (revision, revision if deleted else None, resource, *key, raw["metadata"].get("uid", ""), body),
            )
            floor = self._swept(revision)
        self.revision, self.floor = revision, floor
        kind = "DELETED" if deleted else "ADDED" if before is None else "MODIFIED"
        change = Change(kind, resource, key, revision, body, before)
        for listener in self._subscribers:
            listener(change)

    def _swept(self, revision: int) -> int:
        """Now and then, forget what no list or watch within the history can ask for; returns the new floor."""
        floor = revision - self._history
        if floor <= self.floor or revision % min(_SWEEP, self._history // 8 + 1):
            return self.floor
        self._db.execute("DELETE FROM versions WHERE until IS NOT NULL AND until <= ?", (floor,))
        self._db.execute("UPDATE counters SET value = ? WHERE name = 'floor'", (floor,))
        return floor

    def _read(self, query: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        try:
            return self._db.execute(query, values)
        except sqlite3.Error as error:
            raise _refusal(error) from error

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _refusal(error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                self._db.execute("COMMIT")
                return
        except sqlite3.Error as failed:
            error = failed
        if self._db.in_transaction:  # SQLite itself rolls back after some errors, such as a full disk
            self._db.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise _refusal(error) from error


def _change(
    resource: str, rv: int, until: int | None, namespace: str, name: str, body: bytes, before: bytes | None
) -> Change:
    kind = "DELETED" if until == rv else "ADDED" if before is None else "MODIFIED"
    return Change(kind, resource, Key(namespace, name), rv, body, before)


def _refusal(error: sqlite3.Error) -> Refusal:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return Refusal(507, "nothing was stored: the disk that holds the API server's database is full")
    return Refusal(500, f"nothing was stored: the API server's database failed: {error}")


def _unusable(path: Path, error: sqlite3.Error) -> LateenError:
    if "locked" in str(error):
        return LateenError(f"{path} is in use by another process", "stop the other API server first")
    return LateenError(f"cannot open the API server's database {path}: {error}", "check the folder and the disk")
