"""A client converges to its world for any order of requests, refusals, changes, moves and reconnects."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.proto import descriptors
from lateen.proto.resource import resource
from lateen.proto.types import CLUSTER, ENDPOINT, LISTENER, VIRTUAL_HOST
from lateen.xds.session import ProtocolError, Session
from lateen.xds.view import View, find

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")
NAMES = "abc"


class Client:
    """A client of one type that follows the protocol, over a session that may be replaced at any time.

    `has` is what it runs, by name; `refused` the versions it refused last; `owed` what it gave up by name
    while it still wanted all: the server owes an answer to that.
    """

    def __init__(self, type_url: str, names: frozenset[str]) -> None:
        self.type_url = type_url
        self.views = (View(graves=1), View(graves=0))
        self.other_views = (View(), View(graves=1))
        self.wildcard = not names or "*" in names
        self.names = set(names) - {"*"}
        self.has: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.owed: set[str] = set()
        self.open(names)

    def open(self, names: frozenset[str]) -> None:
        self.session = Session(lambda type_url: self.views)
        self.owed = set()
        self.say(resource_names_subscribe=sorted(names), initial_resource_versions=self.has)

    def say(self, **fields: Any) -> None:
        self.session.receive(REQUEST(type_url=self.type_url, **fields).SerializeToString())

    def reconnect(self) -> None:
        self.open(frozenset(self.names | ({"*"} if self.wildcard else set())) or frozenset(("nothing",)))
        if not self.wildcard and not self.names:
            self.say(resource_names_unsubscribe=["nothing"])

    def read(self, refuse: str = "", whole: bool = False) -> bool:
        try:
            responses = self.session.pending()
        except ProtocolError:
            self.reconnect()
            responses = self.session.pending()
        for data in responses:
            self.apply(RESPONSE.FromString(data), refuse, whole)
        return bool(responses)

    def read_all(self) -> None:
        while self.read():
            pass

    def apply(self, response: Any, refuse: str, whole: bool) -> None:
        """Take a response but for the resource `refuse`, or, if `whole`, nothing of one that has it."""
        bad = [r.name for r in response.resources if r.name == refuse and r.HasField("resource")]
        if bad and whole:
            self.refused |= {r.name: r.version for r in response.resources if r.name in bad}
            if len(response.resources) == 1:
                self.owed.difference_update(bad)  # it came alone: nothing of the response is said again
            return self.answer(response.nonce, "cannot be read")
        for answered in (*response.removed_resources, *(r.name for r in response.resources)):
            self.owed.discard(answered)
        for item in response.resources:
            assert self.wildcard or item.name in self.names, "nothing is sent that was not asked for"
            if item.name in bad:
                self.refused[item.name] = item.version
            elif item.HasField("resource"):
                self.has[item.name] = item.version
                self.refused.pop(item.name, None)
        for name in response.removed_resources:
            self.has.pop(name, None)
            self.refused.pop(name, None)
        return self.answer(response.nonce, f"Error adding/updating cluster(s) {bad[0]}: no" if bad else "")

    def answer(self, nonce: str, refusal: str) -> None:
        request = REQUEST(type_url=self.type_url, response_nonce=nonce)
        if refusal:
            request.error_detail.message = refusal
        self.session.receive(request.SerializeToString())

    def subscribe(self, name: str) -> None:
        self.names.add(name)
        self.say(resource_names_subscribe=[name])

    def unsubscribe(self, name: str) -> None:
        if name in self.names:
            self.names.discard(name)
            self.has.pop(name, None)
            self.refused.pop(name, None)
            if self.wildcard:
                self.owed.add(name)
            self.say(resource_names_unsubscribe=[name])

    def want_all(self, all_of_them: bool) -> None:
        self.wildcard = all_of_them
        if all_of_them:
            self.say(resource_names_subscribe=["*"])
        else:
            self.has = {name: version for name, version in self.has.items() if name in self.names}
            self.refused = {name: v for name, v in self.refused.items() if name in self.names}
            self.owed = set()
            self.say(resource_names_unsubscribe=["*"])

    def do(self, change: tuple[str, int, str, int]) -> None:
        what, which, name, value = change
        if what == "put":
            made = resource(self.type_url, name, bytes((value,)))
            (*self.views, *self.other_views)[which].commit({name: made})
        elif what == "delete":
            (*self.views, *self.other_views)[which].commit({name: None})
        elif what == "subscribe":
            self.subscribe(name)
        elif what == "unsubscribe":
            self.unsubscribe(name)
        elif what == "all":
            self.want_all(value % 2 == 0)
        elif what == "read":
            self.read()
        elif what == "refuse":
            self.read(refuse=name, whole=value > 0)
        elif what == "move":
            self.views, self.other_views = self.other_views, self.views
        elif what == "swap":
            self.views = (self.views[1], self.views[0])
        elif what == "reconnect":
            self.reconnect()

    def world(self) -> dict[str, str]:
        there = {name: find(self.views, name) for name in NAMES if self.wildcard or name in self.names}
        return {name: found.version for name, found in there.items() if found}


WHATS = ("put", "delete", "subscribe", "unsubscribe", "all", "read", "refuse", "move", "swap", "reconnect")
CHANGES = st.lists(
    st.tuples(
        st.sampled_from((*WHATS, "put", "put", "put", "delete", "read", "read")),
        st.sampled_from((0, 0, 1, 1, 2, 3)),
        st.sampled_from(NAMES),
        st.integers(0, 2),
    ),
    min_size=15,
    max_size=50,
)
TYPES = st.sampled_from((CLUSTER, ENDPOINT, LISTENER, VIRTUAL_HOST))
FIRST = st.sampled_from((frozenset("*"), frozenset("a"), frozenset("ab"), frozenset("*a")))


@settings(max_examples=400, deadline=None)
@given(TYPES, FIRST, CHANGES)
def test_a_client_that_reads_has_its_world_but_for_what_it_refused(
    type_url: str, first: frozenset[str], changes: list[tuple[str, int, str, int]]
) -> None:
    client = Client(type_url, first)
    for change in changes:
        client.do(change)
    client.read_all()
    has, world = client.has, client.world()
    for name in has.keys() | world.keys():
        taken = has.get(name) == world.get(name)
        assert taken or (name in client.refused and client.refused[name] == world.get(name))
    assert client.owed == set()
    nacks = client.session.status()[0].nacks
    assert set(nacks) <= set(client.refused)
    assert client.session.pending() == []


@settings(max_examples=200, deadline=None)
@given(TYPES, FIRST, CHANGES)
def test_a_client_that_reconnects_is_sent_only_what_differs(
    type_url: str, first: frozenset[str], changes: list[tuple[str, int, str, int]]
) -> None:
    client = Client(type_url, first)
    for change in changes:
        client.do(change)
    client.read_all()
    client.reconnect()
    refused = set(client.refused)
    sent = {r.name for data in client.session.pending() for r in RESPONSE.FromString(data).resources}
    absent = {name for name in client.names if name not in client.world()}
    assert sent <= refused | absent
