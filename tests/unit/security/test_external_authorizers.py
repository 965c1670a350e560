from typing import Any

import pytest

from lateen.plan.authorization import Body, HeaderPatterns, Provider
from lateen.plan.matching import StringMatch
from lateen.security.external_authorizers import external_authorizer

GRPC = {"service": "shop/ask.shop.svc.cluster.local", "port": 9000}


def locate(namespace: str, host: str, port: int) -> str:
    return f"outbound|{port}||{host}" if namespace in ("", "shop") and host.startswith("ask.shop") else ""


def found(**kinds: Any) -> Provider | None:
    return external_authorizer("one", [{"name": "other"}, {"name": "one", **kinds}], locate)


def test_a_provider_is_found_with_its_service_and_defaults() -> None:
    assert found(envoyExtAuthzGrpc=GRPC) == Provider(
        name="one",
        protocol="grpc",
        upstream="outbound|9000||ask.shop.svc.cluster.local",
        authority="ask.shop.svc.cluster.local",
        port=9000,
        timeout_ms=600_000,
    )


def test_everything_that_a_provider_says_is_read() -> None:
    made = found(
        envoyExtAuthzHttp={
            **GRPC,
            "timeout": "0.5s",
            "pathPrefix": "/check",
            "failOpen": True,
            "statusOnError": "503",
            "clearRouteCache": True,
            "includeRequestHeadersInCheck": ["X-A", "x-b*"],
            "includeHeadersInCheck": ["not-this"],
            "includeAdditionalHeadersInCheck": {"x-c": "1"},
            "includeRequestBodyInCheck": {"maxRequestBytes": 9, "allowPartialMessage": True, "packAsBytes": True},
            "headersToUpstreamOnAllow": ["x-u"],
            "headersToDownstreamOnDeny": ["*-d"],
            "headersToDownstreamOnAllow": ["x-o"],
        }
    )
    assert made is not None
    assert (made.timeout_ms, made.path_prefix, made.fail_open, made.error_status, made.clear_route) == (
        500,
        "/check",
        True,
        503,
        True,
    )
    assert made.body == Body(9, partial=True, as_bytes=True)
    assert made.headers == HeaderPatterns(
        to_provider=(StringMatch("exact", "X-A", True), StringMatch("prefix", "x-b", True)),
        added_to_provider=(("x-c", "1"),),
        to_upstream=(StringMatch("exact", "x-u", True),),
        to_client_on_deny=(StringMatch("suffix", "-d", True),),
        to_client_on_allow=(StringMatch("exact", "x-o", True),),
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"service": "ask.shop.svc.cluster.local"},
        GRPC | {"port": 99999},
        GRPC | {"service": "bank/ask.shop.svc.cluster.local"},
        GRPC | {"service": "else.shop.svc.cluster.local"},
        GRPC | {"statusOnError": "999"},
        GRPC | {"statusOnError": "x"},
        GRPC | {"timeout": "x"},
        GRPC | {"pathPrefix": "check"},
    ],
)
def test_who_is_described_wrongly_cannot_be_asked(settings: dict[str, Any]) -> None:
    assert found(envoyExtAuthzHttp=settings) is None


def test_who_is_unknown_or_no_authorizer_cannot_be_asked() -> None:
    assert found(zipkin=GRPC) is None
    assert external_authorizer("none", [{"name": "one", "envoyExtAuthzGrpc": GRPC}], locate) is None
