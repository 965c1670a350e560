from lateen.envoy.ext_authz import grpc_service, when_marked
from lateen.plan.authorization import Consultation, Provider, Stage
from lateen.proto.descriptors import message

PROVIDER = Provider(
    name="p", protocol="grpc", upstream="outbound|1||a", authority="a", port=1, timeout_ms=1500, fail_open=True
)
PLAN = Consultation(
    stage=Stage(action="DENY", trial=(), trial_prefix="istio_ext_authz_"), mark="istio-ext-authz-p", provider=PROVIDER
)


def test_only_what_the_rules_in_front_marked_is_asked_about() -> None:
    config = message("envoy.extensions.filters.http.ext_authz.v3.ExtAuthz")()
    when_marked(config, PLAN, "rbac")
    enabled = config.filter_enabled_metadata
    assert enabled.filter == "rbac"
    assert [one.key for one in enabled.path] == ["istio_ext_authz_shadow_effective_policy_id"]
    assert enabled.value.string_match.prefix == "istio-ext-authz-p"
    assert config.failure_mode_allow


def test_a_service_is_asked_at_its_upstream_by_its_name() -> None:
    target = message("envoy.config.core.v3.GrpcService")()
    grpc_service(target, PROVIDER)
    assert (target.envoy_grpc.cluster_name, target.envoy_grpc.authority) == ("outbound|1||a", "a")
    assert target.timeout.ToMilliseconds() == 1500
