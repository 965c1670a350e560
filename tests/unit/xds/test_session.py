"""Conversations: `Talk(...) >> what the client says >> what it is told >> its answer >> …`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from lateen.proto import descriptors
from lateen.proto.resource import Resource, resource
from lateen.proto.types import CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET, VIRTUAL_HOST
from lateen.xds.session import ProtocolError, Session
from lateen.xds.view import View

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")
SHORT = {CLUSTER: "CDS", ENDPOINT: "EDS", LISTENER: "LDS", ROUTE: "RDS", VIRTUAL_HOST: "VHDS", SECRET: "SDS"}

Step = Callable[["Talk"], None]


class Talk:
    """A session over one view per type, its client, and what of the responses the client has not read."""

    def __init__(self, **names: Iterable[str]) -> None:
        self.views = {short: View() for short in SHORT.values()}
        self.session = Session(lambda type_url: (self.views[SHORT[type_url]],))
        self.unread: list[Any] = []
        self.read: list[Any] = []
        for short, there in names.items():
            commit(short, dict.fromkeys(there, "1"))(self)

    def __rshift__(self, step: Step) -> "Talk":
        step(self)
        return self

    def exchange(self) -> None:
        self.unread += [RESPONSE.FromString(data) for data in self.session.pending()]


def type_of(short: str) -> str:
    return next(type_url for type_url, name in SHORT.items() if name == short)


def made(short: str, name: str, value: str) -> Resource:
    return resource(type_of(short), name, value.encode())


def ask(short: str, *names: str, drop: Iterable[str] = (), has: Mapping[str, str] | None = None) -> Step:
    """Say: the client subscribes to names, gives some up, and tells what it has."""

    def step(talk: Talk) -> None:
        request = REQUEST(type_url=type_of(short), resource_names_subscribe=names)
        request.resource_names_unsubscribe.extend(drop)
        request.initial_resource_versions.update(has or {})
        talk.session.receive(request.SerializeToString())

    return step


def commit(short: str, values: Mapping[str, str | None]) -> Step:
    """The mesh changes: resources get other values, or go."""

    def step(talk: Talk) -> None:
        changes = {name: value and made(short, name, value) for name, value in values.items()}
        talk.views[short].commit(changes)  # type: ignore[arg-type]

    return step


def told(short: str, *names: str, gone: Iterable[str] = (), absent: Iterable[str] = ()) -> Step:
    """Expect: the next response has exactly these."""

    def step(talk: Talk) -> None:
        talk.exchange()
        assert talk.unread, f"nothing was told, {short} {names} was expected"
        response = talk.unread.pop(0)
        talk.read.append(response)
        there = tuple(r.name for r in response.resources if r.HasField("resource"))
        bodiless = tuple(r.name for r in response.resources if not r.HasField("resource"))
        assert (SHORT[response.type_url], there, bodiless) == (short, names, tuple(absent))
        assert tuple(response.removed_resources) == tuple(gone)

    return step


def silence(talk: Talk) -> None:
    """Expect: nothing more is told."""
    talk.exchange()
    assert talk.unread == []


def answer(talk: Talk, text: str | None) -> None:
    last = talk.read[-1]
    request = REQUEST(type_url=last.type_url, response_nonce=last.nonce)
    if text is not None:
        request.error_detail.message = text
    talk.session.receive(request.SerializeToString())


def ack(talk: Talk) -> None:
    """Say: the last response read is taken over."""
    answer(talk, None)


def ack_all(talk: Talk) -> None:
    """Say: every response is taken over as it comes, until nothing more comes."""
    talk.exchange()
    while talk.unread:
        talk.read.append(talk.unread.pop(0))
        ack(talk)
        talk.exchange()


ADDING = "Error adding/updating listener(s)"


def nack(text: str) -> Step:
    """Say: the last response read is refused."""
    return lambda talk: answer(talk, text)


def nacks(short: str, expected: dict[str, str]) -> Step:
    """Expect: these refusals are on record."""

    def step(talk: Talk) -> None:
        status = next(s for s in talk.session.status() if s.type_url == type_of(short))
        assert {name: nack.reason for name, nack in status.nacks.items()} == expected

    return step


def test_a_proxy_starts_as_envoy_does() -> None:
    talk = Talk(CDS=["a", "b"], EDS=["a", "b"], LDS=["l"], RDS=["80"])
    talk >> ask("CDS") >> told("CDS", "a", "b") >> ack >> silence
    talk >> ask("EDS", "a", "b") >> told("EDS", "a", "b") >> ack
    talk >> ask("LDS") >> told("LDS", "l") >> ack
    talk >> ask("RDS", "80") >> told("RDS", "80") >> ack >> silence


def test_an_empty_mesh_answers_so_that_envoy_becomes_ready() -> None:
    Talk() >> ask("CDS") >> told("CDS") >> ack >> ask("LDS") >> told("LDS") >> ack >> silence


def test_a_change_sends_what_changed_and_nothing_else() -> None:
    talk = Talk(CDS=["a", "b"], EDS=["a", "b"], LDS=["l", "m"])
    talk >> ask("LDS") >> told("LDS", "l", "m") >> ack
    talk >> ask("EDS", "a") >> told("EDS", "a") >> ack
    talk >> commit("LDS", {"m": "2"}) >> told("LDS", "m") >> ack >> silence
    talk >> commit("EDS", {"b": "2"}) >> silence
    talk >> commit("EDS", {"a": "2"}) >> told("EDS", "a") >> ack >> silence
    talk >> commit("LDS", {"l": None}) >> told("LDS", gone=["l"]) >> ack >> silence


def test_a_change_and_its_undoing_between_two_looks_is_told_once_as_it_stands() -> None:
    talk = Talk(LDS=["l"]) >> ask("LDS") >> told("LDS", "l") >> ack
    talk >> commit("LDS", {"l": "2"}) >> commit("LDS", {"l": "3"}) >> told("LDS", "l") >> silence
    assert talk.read[-1].resources[0].resource.value == b"3"


def test_a_changed_cluster_is_followed_by_its_load_assignment() -> None:
    talk = Talk(CDS=["a", "b"], EDS=["a", "b"])
    talk >> ask("CDS") >> ask("EDS", "a", "b") >> ack_all
    talk >> commit("CDS", {"a": "2"}) >> told("CDS", "a") >> told("EDS", "a") >> silence


def running() -> "Talk":
    """Return a proxy that runs one route over one cluster."""
    talk = Talk(CDS=["old"], EDS=["old"], LDS=["l"], RDS=["80"])
    return talk >> ask("CDS") >> ask("EDS", "old") >> ask("LDS") >> ask("RDS", "80") >> ack_all


def test_types_asked_for_at_once_are_told_in_order_and_routing_waits_for_clusters() -> None:
    talk = Talk(CDS=["c"], EDS=["c"], LDS=["l"], RDS=["80"], SDS=["s"])
    talk >> ask("RDS", "80") >> ask("SDS", "s") >> ask("LDS") >> ask("EDS", "c") >> ask("CDS")
    talk >> told("CDS", "c") >> ack >> told("EDS", "c") >> told("SDS", "s") >> silence
    talk.read.append(talk.read[1])
    talk >> ack >> told("LDS", "l") >> told("RDS", "80") >> silence


def test_clusters_are_made_first_and_broken_last() -> None:
    talk = running()
    talk >> commit("CDS", {"old": None, "new": "1"}) >> commit("EDS", {"old": None, "new": "1"})
    talk >> commit("RDS", {"80": "2"})
    talk >> told("CDS", "new") >> told("EDS", gone=["old"]) >> silence
    talk.read.append(talk.read[-2])
    talk >> ask("EDS", "new") >> ack >> told("EDS", "new") >> silence
    talk >> ack >> told("RDS", "80") >> silence
    talk >> ack >> told("CDS", gone=["old"]) >> silence


def test_routing_waits_neither_for_changed_endpoints_nor_for_refused_clusters() -> None:
    talk = running() >> commit("EDS", {"old": "2"}) >> commit("LDS", {"l": "2"})
    talk >> told("EDS", "old") >> told("LDS", "l") >> ack_all
    talk >> commit("CDS", {"bad": "1"}) >> commit("LDS", {"l": "3"})
    talk >> told("CDS", "bad") >> silence >> nack("bad") >> told("LDS", "l") >> silence


def test_a_cluster_that_comes_back_before_its_goodbye_stays() -> None:
    talk = running() >> commit("CDS", {"old": None}) >> commit("LDS", {"l": "2"}) >> told("LDS", "l") >> silence
    talk >> commit("CDS", {"old": "1"}) >> ack >> told("CDS", "old") >> ack
    (
        talk
        >> told("EDS", "old")
        >> ack
        >> silence
        >> commit("CDS", {"old": None})
        >> told("CDS", gone=["old"])
        >> silence
    )


def test_after_a_reconnect_only_differences_are_sent() -> None:
    talk = Talk(CDS=["a", "b", "lazy"], LDS=["l"])
    same = {name: made("CDS", name, "1").version for name in ("a", "lazy")}
    talk >> ask("CDS", "*", "lazy", has={**same, "b": "old", "left": "old"})
    talk >> ask("LDS", has={"l": made("LDS", "l", "1").version})
    talk >> told("CDS", "b") >> silence >> ack >> told("LDS") >> ack >> told("CDS", gone=["left"]) >> silence


def test_load_assignments_that_envoy_has_after_a_reconnect_are_not_sent_again() -> None:
    talk = Talk(EDS=["a", "b"])
    talk >> ask("EDS", "a", "b", has={"a": made("EDS", "a", "1").version}) >> told("EDS", "b") >> silence


def test_asking_for_a_name_again_is_answered_again() -> None:
    talk = Talk(EDS=["a"]) >> ask("EDS", "a") >> told("EDS", "a") >> ack
    talk >> ask("EDS", "a") >> told("EDS", "a") >> ack
    talk >> ask("EDS", drop=["a"]) >> commit("EDS", {"a": "2"}) >> silence
    talk >> ask("EDS", "a") >> told("EDS", "a")


@pytest.mark.parametrize("short", ["CDS", "EDS", "SDS", "RDS"])
def test_an_unknown_name_is_answered_at_once_and_pushed_when_it_comes(short: str) -> None:
    talk = Talk() >> ask(short, "x") >> told(short, gone=["x"]) >> ack >> silence
    talk >> commit(short, {"x": "1"}) >> told(short, "x") >> ack >> silence


def test_an_unknown_virtual_host_is_answered_without_body_and_pushed_when_it_comes() -> None:
    talk = Talk(VHDS=["80/a"]) >> ask("VHDS", "80/nope", "80/a")
    talk >> told("VHDS", "80/a") >> ack >> told("VHDS", absent=["80/nope"]) >> ack >> silence
    talk >> commit("VHDS", {"80/nope": "1"}) >> told("VHDS", "80/nope") >> ack
    talk >> commit("VHDS", {"80/nope": None}) >> told("VHDS", gone=["80/nope"]) >> silence


def test_a_cluster_on_demand_comes_beside_the_wildcard() -> None:
    talk = Talk(CDS=["a"], EDS=["lazy"]) >> ask("CDS") >> told("CDS", "a") >> ack
    talk >> ask("CDS", "lazy") >> told("CDS", gone=["lazy"]) >> ack
    talk >> commit("CDS", {"lazy": "1"}) >> told("CDS", "lazy") >> ack
    talk >> ask("EDS", "lazy") >> told("EDS", "lazy") >> silence


def test_a_refusal_is_recorded_and_not_sent_again_until_it_changes() -> None:
    talk = Talk(LDS=["good", "bad"]) >> ask("LDS") >> told("LDS", "bad", "good")
    talk >> nack(f"{ADDING} bad: no such filter") >> silence >> nacks("LDS", {"bad": "no such filter"})
    assert talk.session.answered()
    talk >> commit("LDS", {"good": "2"}) >> told("LDS", "good") >> ack
    talk >> nacks("LDS", {"bad": "no such filter"})
    assert [(each[1], each[2].reason) for each in talk.session.refusals()] == [("bad", "no such filter")]
    talk >> commit("LDS", {"bad": "2"}) >> told("LDS", "bad") >> ack >> nacks("LDS", {}) >> silence


def test_what_cannot_be_read_does_not_keep_the_rest_from_the_client() -> None:
    talk = Talk(CDS=["a", "b", "bad"], LDS=["l"]) >> ask("CDS") >> told("CDS", "a", "b", "bad")
    talk >> ask("LDS") >> nack("Proto constraint validation failed")
    talk >> told("CDS", "a") >> ack >> told("CDS", "b", "bad") >> nack("Proto constraint validation failed")
    talk >> told("CDS", "b") >> ack >> told("CDS", "bad") >> nack("Proto constraint validation failed")
    talk >> told("LDS", "l") >> ack >> silence >> nacks("CDS", {"bad": "Proto constraint validation failed"})


def test_who_listens_hears_of_every_refusal() -> None:
    heard: list[int] = []
    view = View()
    view.commit({"a": made("LDS", "a", "1")})
    session = Session(lambda type_url: (view,), lambda: heard.append(1))
    session.receive(REQUEST(type_url=LISTENER).SerializeToString())
    session.pending()
    refusal = REQUEST(type_url=LISTENER, response_nonce="1")
    refusal.error_detail.message = "no"
    session.receive(refusal.SerializeToString())
    session.receive(REQUEST(type_url=LISTENER).SerializeToString())
    assert heard == [1]


def test_status_tells_how_each_type_stands() -> None:
    talk = Talk(CDS=["a", "b"], EDS=["a"])
    talk >> ask("EDS", "a") >> told("EDS", "a") >> ask("CDS") >> told("CDS", "a", "b") >> ack
    clusters, endpoints = talk.session.status()
    assert (clusters.type_url, clusters.wildcard, clusters.names) == (CLUSTER, True, 0)
    assert (endpoints.type_url, endpoints.wildcard, endpoints.names) == (ENDPOINT, False, 1)
    assert (clusters.nonce_sent, clusters.nonce_acked) == ("2", "2")
    assert (endpoints.nonce_sent, endpoints.nonce_acked) == ("3", "")
    assert (clusters.responses, clusters.resources, endpoints.responses, endpoints.resources) == (1, 2, 2, 2)
    assert clusters.bytes == len(talk.read[-1].SerializeToString())


def test_a_large_world_is_sent_in_portions() -> None:
    talk = Talk(LDS=["small"])
    talk >> commit("LDS", {f"l{i}": "x" * 1_000_000 for i in range(4)}) >> ask("LDS")
    talk >> told("LDS", "l0", "l1") >> told("LDS", "l2", "l3", "small") >> silence


def test_views_that_are_not_known_yet_are_waited_for() -> None:
    view = View()
    ready = False
    session = Session(lambda type_url: (view,) if ready else None)
    session.receive(REQUEST(type_url=LISTENER).SerializeToString())
    assert session.pending() == []
    ready = True
    assert len(session.pending()) == 1


def test_one_client_sees_several_views_as_one_world_and_may_move_to_others() -> None:
    shared, mine, other = View(), View(), View()
    shared.commit({"s": made("LDS", "s", "1"), "both": made("LDS", "both", "1")})
    mine.commit({"m": made("LDS", "m", "1"), "both": made("LDS", "both", "mine")})
    other.commit({"o": made("LDS", "o", "1")})
    views = (mine, shared)
    session = Session(lambda type_url: views)
    session.receive(REQUEST(type_url=LISTENER).SerializeToString())

    def told_now() -> list[tuple[dict[str, bytes], list[str]]]:
        responses = [RESPONSE.FromString(data) for data in session.pending()]
        return [({x.name: x.resource.value for x in r.resources}, list(r.removed_resources)) for r in responses]

    assert told_now() == [({"s": b"1", "m": b"1", "both": b"mine"}, [])]
    views = (other, shared)
    assert told_now() == [({"o": b"1", "both": b"1"}, ["m"])]
    assert told_now() == []


def test_what_is_no_request_ends_the_stream() -> None:
    session = Session(lambda type_url: ())
    with pytest.raises(ProtocolError, match="not a DeltaDiscoveryRequest"):
        session.receive(b"\xff\xff\xff")
    with pytest.raises(ProtocolError, match="names no type"):
        session.receive(b"")


def test_a_client_too_far_behind_has_its_stream_ended() -> None:
    view = View(graves=0)
    view.commit({"a": made("LDS", "a", "1"), "b": made("LDS", "b", "1")})
    session = Session(lambda type_url: (view,))
    session.receive(REQUEST(type_url=LISTENER).SerializeToString())
    session.pending()
    view.commit({"a": None})
    with pytest.raises(ProtocolError, match="too far behind"):
        session.pending()
