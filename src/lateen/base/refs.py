"""Name an object: by key within its kind, by reference across kinds, by origin down to file and line."""

from typing import NamedTuple


class Key(NamedTuple):
    """An object within its kind. `namespace` is "" for cluster-scoped kinds."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Origin(NamedTuple):
    """Where a piece of configuration comes from: an object, a field in it and, where known, file and line.

    `field` is a path such as `spec.http[1].route[0]`; `file` is "" and `line` 0 where the object came
    from an API server.
    """

    kind: str = ""
    namespace: str = ""
    name: str = ""
    field: str = ""
    file: str = ""
    line: int = 0

    def at(self, field: str) -> "Origin":
        """Return the same origin, pointing at `field`."""
        return self._replace(field=field)

    def __str__(self) -> str:
        place = f" ({self.file}:{self.line})" if self.file else ""
        field = f" {self.field}" if self.field else ""
        return f"{self.kind} {Key(self.namespace, self.name)}{field}{place}"
