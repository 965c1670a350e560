from typing import Any

import pytest
from worlds import decode_spec

from lateen.kinds.security.condition import AttributeCondition
from lateen.kinds.security.operation import Operation
from lateen.kinds.security.source import Source
from lateen.plan.authorization import (
    AnyOf,
    ClientAddress,
    DestinationAddress,
    DestinationPort,
    Expression,
    Header,
    Metadata,
    Not,
    Path,
    PathTemplate,
    Peer,
    ServerName,
)
from lateen.plan.matching import StringMatch
from lateen.security.attributes import of_condition, of_operation, of_source, of_what_is_asked


def exact(text: str, ignore_case: bool = False) -> StringMatch:
    return StringMatch("exact", text, ignore_case)


def source(text: str) -> list[Expression]:
    return list(of_source(decode_spec(Source, text), "shop", ("td",)))


def condition(key: str, *values: str) -> Expression:
    (found,) = of_condition(AttributeCondition(key=key, values=values), "shop", ("td",))
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("principals: [td/ns/a/sa/b]", Peer(exact("spiffe://td/ns/a/sa/b"))),
        ("namespaces: [a]", Peer(StringMatch("regex", ".*/ns/a/.*"))),
        ("serviceAccounts: [a]", Peer(StringMatch("regex", "spiffe://.+/ns/shop/(.+/|)sa/a(/.+)?"))),
        ("trustDomains: [td]", Peer(StringMatch("prefix", "spiffe://td/"))),
        ("ipBlocks: [10.0.0.0/8]", ClientAddress("10.0.0.0/8")),
        ("remoteIpBlocks: [10.0.0.1]", ClientAddress("10.0.0.1", original=True)),
    ],
)
def test_sources_say_who_calls_and_who_does_not(text: str, wanted: Expression) -> None:
    assert source(text) == [AnyOf((wanted,))]
    name, _, values = text.partition(": ")
    assert source(f"not{name[0].upper()}{name[1:]}: {values}") == [Not(AnyOf((wanted,)))]


def test_all_fields_that_are_set_count() -> None:
    assert len(source("{principals: [a, b], notNamespaces: [c], ipBlocks: [10.0.0.1], requestPrincipals: ['*']}")) == 4


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hosts: [A.com]", Header(":authority", exact("A.com", ignore_case=True))),
        ("methods: [GET]", Header(":method", exact("GET"))),
        ("paths: [/a]", Path(exact("/a"))),
        ("paths: ['*']", Path(StringMatch("regex", ".+"))),
        ("paths: ['/a/{*}']", PathTemplate("/a/*")),
        ("ports: ['80']", DestinationPort(80)),
    ],
)
def test_operations_say_what_is_asked_for(text: str, wanted: Expression) -> None:
    assert list(of_operation(decode_spec(Operation, text))) == [AnyOf((wanted,))]


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("request.headers[X-A]", "*", Header("X-A", StringMatch("present"))),
        ("source.ip", "10.0.0.1", ClientAddress("10.0.0.1")),
        ("remote.ip", "10.0.0.1", ClientAddress("10.0.0.1", original=True)),
        ("source.principal", "td/ns/a/sa/b", Peer(exact("spiffe://td/ns/a/sa/b"))),
        ("source.trustDomain", "td", Peer(StringMatch("prefix", "spiffe://td/"))),
        ("destination.ip", "10.0.0.0/8", DestinationAddress("10.0.0.0/8")),
        ("destination.port", "80", DestinationPort(80)),
        ("connection.sni", "a.com", ServerName(exact("a.com"))),
    ],
)
def test_conditions_are_of_attributes(key: str, value: str, wanted: Expression) -> None:
    assert condition(key, value) == AnyOf((wanted,))


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("request.auth.audiences", ("aud",)),
        ("request.auth.presenter", ("azp",)),
        ("request.auth.claims[a][b]", ("a", "b")),
    ],
)
def test_claims_are_found_in_the_tokens_payload(key: str, path: tuple[str, ...]) -> None:
    found = condition(key, "x")
    assert isinstance(found, Metadata)
    assert found.path == ("payload", *path)


def test_what_other_filters_found_out_may_be_a_list() -> None:
    found: Any = condition("experimental.envoy.filters.a.b[c]", "x", "[y]")
    assert found == Metadata("envoy.filters.a.b", ("c",), texts=(exact("x"),), members=(exact("y"),))


def test_conditions_on_the_destination_are_on_what_is_asked() -> None:
    asked = ["destination.ip", "destination.port", "connection.sni", "experimental.envoy.filters.a[b]"]
    asking = ["source.ip", "request.headers[a]", "request.auth.principal"]
    assert all(of_what_is_asked(AttributeCondition(key=key)) for key in asked)
    assert not any(of_what_is_asked(AttributeCondition(key=key)) for key in asking)
