"""However late a proxy answers, its routes never name a cluster that it does not have, endpoints and all."""

from collections import deque
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.proto import descriptors
from lateen.proto.resource import resource
from lateen.proto.types import CLUSTER, ENDPOINT, LISTENER, ROUTE
from lateen.xds.session import Session
from lateen.xds.view import View

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")


class Mesh:
    """Views that are consistent after every `run`: routes name clusters that exist and have endpoints."""

    def __init__(self) -> None:
        self.views = {type_url: View() for type_url in (CLUSTER, ENDPOINT, LISTENER, ROUTE)}

    def run(self, targets: dict[str, str], version: int) -> None:
        """Have each route send to its target; only clusters that are named exist."""
        clusters = dict.fromkeys(targets.values(), str(version))
        endpoints = dict.fromkeys(targets.values(), "")
        for type_url, values in ((CLUSTER, clusters), (ENDPOINT, endpoints), (ROUTE, targets)):
            gone: dict[str, Any] = dict.fromkeys(self.views[type_url].names() - values.keys())
            made = {name: resource(type_url, name, value.encode()) for name, value in values.items()}
            self.views[type_url].commit(gone | made)


class Proxy:
    """An Envoy: takes over responses in order, asks for load assignments before it acknowledges clusters, and
    keeps a cluster's endpoints when their assignment is removed."""

    def __init__(self, mesh: Mesh, routes: list[str]) -> None:
        self.session = Session(lambda type_url: (mesh.views[type_url],))
        self.has: dict[str, dict[str, str]] = {type_url: {} for type_url in mesh.views}
        self.incoming: deque[Any] = deque()
        self.outgoing: deque[Any] = deque()
        self.say(CLUSTER)
        self.say(LISTENER)
        self.say(ROUTE, resource_names_subscribe=routes)

    def say(self, type_url: str, **fields: Any) -> None:
        self.outgoing.append(REQUEST(type_url=type_url, **fields))

    def send_one(self) -> None:
        if self.outgoing:
            self.session.receive(self.outgoing.popleft().SerializeToString())

    def take_one(self) -> None:
        self.incoming += [RESPONSE.FromString(data) for data in self.session.pending()]
        if not self.incoming:
            return
        response = self.incoming.popleft()
        has = self.has[response.type_url]
        if response.type_url == CLUSTER:
            self.resubscribe({r.name for r in response.resources} - has.keys(), set(response.removed_resources))
        has.update({r.name: r.resource.value.decode() for r in response.resources})
        for name in response.removed_resources:
            if response.type_url == CLUSTER:
                self.has[ENDPOINT].pop(name, None)
            if response.type_url != ENDPOINT:
                has.pop(name, None)
        self.say(response.type_url, response_nonce=response.nonce)
        for route, cluster in self.has[ROUTE].items():
            assert cluster in self.has[CLUSTER], f"route {route} names {cluster}, which is not there"
            assert cluster in self.has[ENDPOINT], f"route {route} names {cluster}, which is not warm"

    def resubscribe(self, comes: set[str], goes: set[str]) -> None:
        if comes or goes:
            subscribe, unsubscribe = sorted(comes), sorted(goes)
            self.say(ENDPOINT, resource_names_subscribe=subscribe, resource_names_unsubscribe=unsubscribe)


TARGETS = st.fixed_dictionaries({"r1": st.sampled_from("abc"), "r2": st.sampled_from("abc")})
STEPS = st.lists(st.one_of(st.sampled_from(("send", "take")), TARGETS), min_size=20, max_size=80)


@settings(max_examples=200, deadline=None)
@given(TARGETS, STEPS)
def test_a_route_never_names_a_cluster_that_is_not_ready(first: dict[str, str], steps: list[Any]) -> None:
    mesh = Mesh()
    mesh.run(first, 0)
    proxy = Proxy(mesh, ["r1", "r2"])
    for number, step in enumerate([*steps, *("send", "take") * 50]):
        if step == "send":
            proxy.send_one()
        elif step == "take":
            proxy.take_one()
        else:
            mesh.run(step, number)
    for type_url in (CLUSTER, ROUTE):
        view = mesh.views[type_url]
        assert proxy.has[type_url].keys() == view.names()
    assert not proxy.outgoing and not proxy.incoming
