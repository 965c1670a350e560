"""A subscriber in conversation with a session of ours."""

from collections.abc import Mapping

import pytest

from lateen.proto import descriptors
from lateen.proto.name_table import NAME, NameInfo
from lateen.proto.resource import Resource, resource
from lateen.xds.session import Session
from lateen.xds.subscriber import Changes, Subscriber
from lateen.xds.view import View

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
NODE = "sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local"


def name(host: str, *ips: str) -> Resource:
    return resource(NAME, host, NameInfo(ips).encode())


class Table:
    """What a client has, and what it was told last."""

    def __init__(self) -> None:
        self.ips: dict[str, tuple[str, ...]] = {}
        self.told: set[str] = set()
        self.client = Subscriber(NAME, self.take)

    def take(self, changes: Changes) -> None:
        found = {host: NameInfo.decode(data) for host, data in changes.items() if data is not None}
        if any("nonsense" in info.ips for info in found.values()):
            raise ValueError("nonsense is no address")
        self.told = set(changes)
        for host in changes:
            self.ips.pop(host, None)
        self.ips |= {host: info.ips for host, info in found.items()}

    def talk(self, session: Session) -> None:
        while responses := session.pending():
            for response in responses:
                session.receive(self.client.receive(response))


def session(view: View, table: Table, metadata: Mapping[str, str] = {}) -> Session:
    made = Session(lambda type_url: (view,) if type_url == NAME else ())
    made.receive(table.client.opening(NODE, metadata))
    table.talk(made)
    return made


def test_all_there_is_comes_and_then_what_changes() -> None:
    view, table = View(), Table()
    view.commit({"a.x": name("a.x", "10.0.0.1"), "b.x": name("b.x", "10.0.0.2")})
    stream = session(view, table)
    assert table.ips == {"a.x": ("10.0.0.1",), "b.x": ("10.0.0.2",)}
    view.commit({"a.x": None, "b.x": name("b.x", "10.0.0.3")})
    table.talk(stream)
    assert table.ips == {"b.x": ("10.0.0.3",)}
    (state,) = stream.status()
    assert state.nonce_sent == state.nonce_acked and not state.nacks


def test_a_new_stream_brings_the_difference_only() -> None:
    view, table = View(), Table()
    view.commit({host: name(host, "10.0.0.1") for host in ("a.x", "b.x", "c.x")})
    session(view, table)
    view.commit({"a.x": None, "b.x": name("b.x", "10.0.0.2")})
    session(view, table)
    assert table.told == {"a.x", "b.x"}
    assert table.ips == {"b.x": ("10.0.0.2",), "c.x": ("10.0.0.1",)}


def test_an_empty_table_is_told_too() -> None:
    table = Table()
    table.told = {"nothing yet"}
    session(View(), table)
    assert table.told == set()


def test_what_is_refused_is_said_and_asked_for_again() -> None:
    view, table = View(), Table()
    view.commit({"a.x": name("a.x", "nonsense")})
    stream = session(view, table)
    assert stream.status()[0].nacks and table.ips == {}
    view.commit({"a.x": name("a.x", "10.0.0.1")})
    session(view, table)
    assert table.ips == {"a.x": ("10.0.0.1",)}


def test_the_first_request_says_whom_it_speaks_for() -> None:
    request = REQUEST.FromString(Table().client.opening(NODE, {"DNS_CAPTURE": "true"}))
    assert request.node.id == NODE and request.node.metadata["DNS_CAPTURE"] == "true"


def test_what_nobody_asked_for_is_no_response() -> None:
    client = Table().client
    with pytest.raises(ValueError, match="nobody asked for"):
        client.receive(b"")
    with pytest.raises(ValueError, match="not a DeltaDiscoveryResponse"):
        client.receive(b"\xff\xff")
