"""What a follower is told adds up to what the server holds, through lost events, 410s and lists."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode

from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.sources.known import Delete, Event, Known, Put
from lateen.sources.reading import as_written

KIND = by_kind("ConfigMap")
STEPS = st.lists(st.tuples(st.sampled_from(["put", "put", "delete", "hear", "gone", "half"]), st.sampled_from("abc")))

Raw = dict[str, Any]


class Server:
    """Holds objects and their history; an object that is made again has another uid."""

    def __init__(self) -> None:
        self.objects: dict[str, Raw] = {}
        self.history: list[tuple[str, Raw]] = []

    def put(self, name: str) -> None:
        version = str(len(self.history) + 1)
        kind = "MODIFIED" if name in self.objects else "ADDED"
        uid = self.objects[name]["metadata"]["uid"] if name in self.objects else f"uid-{version}"
        meta = {"namespace": "n", "name": name, "uid": uid, "resourceVersion": version}
        self.objects[name] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"v": version}}
        self.history.append((kind, self.objects[name]))

    def delete(self, name: str) -> None:
        if name in self.objects:
            last = self.objects.pop(name)
            meta = last["metadata"] | {"resourceVersion": str(len(self.history) + 1)}
            self.history.append(("DELETED", last | {"metadata": meta}))


class Follower:
    """Lists where it has no version, and watches from the version it has; keeps what it was told."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.known = Known(lambda data: as_written(KIND, "v1", data))
        self.told: dict[Key, Raw] = {}

    def hear(self, most: int | None = None) -> None:
        """Take what there is, or only the first `most` events before the connection is lost."""
        if not self.known.resource_version:
            version = str(len(self.server.history))
            self.take(self.known.replace([encode(raw) for raw in self.server.objects.values()], version))
        for kind, raw in self.server.history[int(self.known.resource_version) :][:most]:
            self.take(self.known.apply(kind, encode(raw)))

    def take(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Put(key, found):
                    assert self.told.get(key) != found
                    self.told[key] = found
                case Delete(key):
                    del self.told[key]


@given(STEPS)
def test_what_is_told_adds_up_to_what_the_server_holds(steps: list[tuple[str, str]]) -> None:
    server = Server()
    follower = Follower(server)
    for step, name in steps:
        match step:
            case "put":
                server.put(name)
            case "delete":
                server.delete(name)
            case "hear":
                follower.hear()
            case "gone":
                follower.known.resource_version = ""
            case "half":
                follower.hear(1)
    follower.hear()
    assert follower.told == {Key("n", name): raw for name, raw in server.objects.items()}
