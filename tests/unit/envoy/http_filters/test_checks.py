from typing import Any

from lateen.envoy.http_filters import HTTP_FILTERS
from lateen.envoy.http_filters.checks import RBAC, checks
from lateen.plan.authorization import Body, Checks, Consultation, HeaderPatterns, Provider, Rule, Stage
from lateen.plan.extension import Script
from lateen.plan.listener import HttpProxy
from lateen.plan.matching import StringMatch

RULE = Rule(name="r", permissions=(), principals=())
ASKED = Stage(action="DENY", trial=(RULE,), trial_prefix="istio_ext_authz_")


def provider(protocol: Any, **fields: Any) -> Provider:
    given = {"name": "p", "upstream": "up", "authority": "a.com", "port": 90, "timeout_ms": 1000} | fields
    return Provider(protocol=protocol, **given)


def asking(made: Provider) -> Any:
    plan = Checks(custom=(Consultation(stage=ASKED, mark="m", provider=made),))
    marking, asking = checks(HttpProxy(stat_prefix="a", checks=plan))
    assert marking.name == RBAC
    return asking.config


def test_without_checks_there_are_no_filters() -> None:
    assert checks(HttpProxy(stat_prefix="a")) == ()


def test_every_stage_is_a_filter_and_who_is_asked_stands_behind_what_marks() -> None:
    both = Checks(
        custom=(Stage(action="DENY", rules=()), Consultation(stage=ASKED, mark="m", provider=provider("grpc"))),
        stages=(Stage(action="DENY", rules=(RULE,)), Stage(action="ALLOW", rules=())),
    )
    names = [one.name.rpartition(".")[2] for one in checks(HttpProxy(stat_prefix="a", checks=both))]
    assert names == ["rbac", "rbac", "ext_authz", "rbac", "rbac"]


def test_who_asks_is_checked_before_any_rule_of_routing_counts() -> None:
    script = Script(name="s", code="", phase="AUTHZ")
    proxy = HttpProxy(stat_prefix="a", route_name="80", extensions=(script,), checks=Checks(stages=(ASKED,)))
    made = [built for each in HTTP_FILTERS if (built := each.of_proxy(proxy))]
    names = [one.name for built in made for one in (built if type(built) is tuple else (built,))]
    assert names[:3] == ["s", RBAC, "envoy.filters.http.fault"]


def test_a_provider_of_grpc_is_shown_what_it_wants() -> None:
    config = asking(provider("grpc", body=Body(9, True, True), error_status=503, clear_route=True))
    assert config.grpc_service.envoy_grpc.cluster_name == "up"
    body = config.with_request_body
    assert (body.max_request_bytes, body.allow_partial_message, body.pack_as_bytes) == (9, True, True)
    assert (config.status_on_error.code, config.clear_route_cache) == (503, True)


def test_a_provider_of_http_is_shown_and_sets_headers() -> None:
    patterns = {
        name: (StringMatch("exact", name, True),) for name in ("to_provider", "to_upstream", "to_client_on_deny")
    }
    headers = HeaderPatterns(
        **patterns, added_to_provider=(("x", "1"),), to_client_on_allow=(StringMatch("prefix", "o"),)
    )
    config = asking(provider("http", path_prefix="/check", headers=headers))
    service = config.http_service
    assert (service.server_uri.uri, service.server_uri.cluster) == ("http://a.com:90", "up")
    assert service.server_uri.timeout.ToMilliseconds() == 1000
    assert service.path_prefix == "/check"
    assert config.allowed_headers.patterns[0].exact == "to_provider"
    assert [(one.key, one.value) for one in service.authorization_request.headers_to_add] == [("x", "1")]
    answer = service.authorization_response
    assert answer.allowed_upstream_headers.patterns[0].exact == "to_upstream"
    assert answer.allowed_client_headers.patterns[0].exact == "to_client_on_deny"
    assert answer.allowed_client_headers_on_success.patterns[0].prefix == "o"
